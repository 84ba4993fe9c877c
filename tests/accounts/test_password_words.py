"""Passwords made of words that are at hand here are refused; others may hold such words."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError

from accounts.passwords import ContextWordsValidator
from accounts.services import accept_invitation, invite_user
from hematovision.errors import Unprocessable
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password",
    [
        "HematoVision2026!",
        "H3mat0V1s10n-2026",
        "Pathologist-2026",
        "Riverside-Clinic-1",
        "r1vers1declinic2026",
        "Central.Laboratory.26",
        "BloodSmear-BloodSmear",
        "Welcome2Riverside",
    ],
)
def test_words_of_product_work_and_place_are_refused(amina, password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, amina)
    assert "password_of_the_context" in [error.code for error in refused.value.error_list]


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct horse riverside", "Stain-and-Count-77", "ünder dem Glas 9 Zellen"]
)
def test_such_words_among_others_are_taken(amina, password):
    validate_password(password, amina)


def test_the_words_of_another_clinic_are_not_those_of_this_one(amina, bora):
    validate_password("Riverside-at-4", bora)
    with pytest.raises(ValidationError):
        validate_password("Riverside-at-4", amina)


def test_an_installation_adds_its_own():
    validator = ContextWordsValidator(["Springfield"])
    with pytest.raises(ValidationError):
        validator.validate("springfield-2026")


def test_the_forms_say_so():
    assert any("your organisation" in text for text in password_validators_help_texts())


def test_an_invitation_knows_the_place_it_leads_to(ines, riverside):
    _, token = invite_user(actor=ines, email="zoe@x.example", role="uploader", organisation=riverside)
    with pytest.raises(Unprocessable, match="too little is left"):
        accept_invitation(token=token, full_name="Zoe", password="Riverside-Clinic-77")


def test_changing_it_is_judged_as_well(client, sign_in, amina):
    sign_in(amina.email)
    weak = "Riverside-Clinic-77"
    form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    assert "too little is left" in client.post("/accounts/password/change/", form).content.decode()
    amina.refresh_from_db()
    assert amina.check_password(PASSWORD)
