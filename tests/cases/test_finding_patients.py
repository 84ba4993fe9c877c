"""Exact search over ciphertext, and the warning of a double."""

from __future__ import annotations

import datetime as dt

import pytest

from cases.models import Patient
from cases.services.patients import find_duplicates, register_patient, update_patient
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from tests.factories.cases import CaseFactory, PatientFactory

pytestmark = pytest.mark.django_db

BORN = dt.date(1980, 2, 29)


@pytest.fixture
def adaeze(riverside):
    """Somebody riverside-clinic knows."""
    return PatientFactory(
        organisation=riverside, mrn="R 77-81", family_name="O'Konkwo  Müller", given_name="Adaeze", birth_date=BORN
    )


@pytest.mark.parametrize("typed", ["R 77-81", "r77-81", " R77 -81 ", "\uff3277-81"])
def test_a_record_number_is_found_however_it_is_typed(adaeze, typed):
    assert Patient.objects.with_mrn(typed).get() == adaeze


@pytest.mark.parametrize("typed", ["O'Konkwo Müller", "o'konkwo müller", " O'KONKWO  MU\u0308LLER "])
def test_a_family_name_is_found_however_it_is_typed(adaeze, typed):
    assert Patient.objects.with_family_name(typed).get() == adaeze


def test_a_part_of_a_name_finds_nobody(adaeze):
    assert not Patient.objects.with_family_name("O'Konkwo").exists()


def test_a_birth_date_is_found(adaeze):
    PatientFactory(organisation=adaeze.organisation, birth_date=dt.date(1980, 2, 28))
    assert Patient.objects.born_on(BORN).get() == adaeze


def duplicates(actor, **changes):
    asked = {"mrn": "new", "family_name": "o'konkwo müller", "given_name": "ADAEZE", "birth_date": BORN, **changes}
    return [(patient, patient.duplicate_reason) for patient in find_duplicates(actor=actor, **asked)]


def test_the_same_name_and_birth_date_is_a_possible_double(amina, adaeze):
    assert duplicates(amina) == [(adaeze, "Same name and birth date.")]


def test_the_same_record_number_is_a_possible_double(amina, adaeze):
    assert duplicates(amina, mrn="r77-81", family_name="Other") == [(adaeze, "Same medical record number.")]


@pytest.mark.parametrize(
    "other", [{"given_name": "Twin"}, {"family_name": "Else"}, {"birth_date": dt.date(1981, 2, 28)}]
)
def test_somebody_else_is_no_double(amina, adaeze, other):
    assert duplicates(amina, **other) == []


def test_nobody_is_warned_of_another_clinics_patient(bora, adaeze):
    assert duplicates(bora) == []


def test_a_record_number_is_taken_once_per_organisation(amina, bora, adaeze):
    rest = {"family_name": "X", "given_name": "Y", "birth_date": BORN}
    with pytest.raises(Conflict) as caught:
        register_patient(actor=amina, mrn="r 7781".replace("77", "77-"), **rest)
    assert caught.value.code == "duplicate_mrn"
    assert caught.value.details == {"patient": str(adaeze.pk)}
    assert register_patient(actor=bora, mrn="R77-81", **rest).organisation == bora.organisation


def test_a_changed_number_must_be_free_too(amina, adaeze):
    other = PatientFactory(organisation=adaeze.organisation)
    with pytest.raises(Conflict):
        update_patient(actor=amina, patient=other, reason="mistyped", mrn="r77-81")


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_date": dt.date(2999, 1, 1)},
        {"birth_date": dt.date(1800, 1, 1)},
        {"mrn": "   "},
        {"mrn": "x" * 65},
        {"family_name": ""},
        {"family_name": "a\x00b"},
        {"sex": "robot"},
    ],
)
def test_impossible_values_are_refused_by_field(amina, wrong):
    given = {"mrn": "1", "family_name": "X", "given_name": "Y", "birth_date": BORN, "sex": "other", **wrong}
    with pytest.raises(Unprocessable) as caught:
        register_patient(actor=amina, **given)
    assert set(caught.value.details["errors"]) == set(wrong)
    assert caught.value.sentence


@pytest.mark.parametrize("who", ["olga", "sami", "root"])
def test_those_who_only_read_register_nobody(request, who):
    with pytest.raises(PermissionRefused):
        register_patient(actor=request.getfixturevalue(who), mrn="1", family_name="X", birth_date=BORN)


def test_a_foreign_patient_is_not_there(bora, adaeze):
    with pytest.raises(NotFound):
        update_patient(actor=bora, patient=adaeze, reason="mistyped", given_name="Z")


def test_the_laboratory_sees_a_clinics_patient_and_does_not_change_them(pavel, adaeze):
    CaseFactory(clinic=adaeze.organisation, patient=adaeze, submitted=True)
    with pytest.raises(PermissionRefused):
        update_patient(actor=pavel, patient=adaeze, reason="mistyped", given_name="Z")


def test_changing_a_name_moves_the_index(amina, adaeze):
    update_patient(actor=amina, patient=adaeze, reason="mistyped", family_name="Nwosu")
    assert Patient.objects.with_family_name("nwosu").get() == adaeze
    assert not Patient.objects.with_family_name("O'Konkwo Müller").exists()
