"""Places: a clinic refers to a laboratory, and the database knows."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Organisation, OrganisationNumber, User
from accounts.services import create_organisation, set_organisation_numbers, update_organisation
from audit.models import AuditEvent
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable

pytestmark = pytest.mark.django_db


def test_a_laboratory_is_its_own_and_a_clinic_has_one(central, riverside):
    assert central.laboratory == central
    assert riverside.laboratory == central


def test_people_belong_to_the_laboratory_of_their_place(amina, pavel, root, central):
    assert amina.laboratory == pavel.laboratory == central
    assert root.laboratory is None


@pytest.mark.parametrize("kind", ["clinic", "laboratory"])
def test_the_database_refuses_the_wrong_reference(central, kind):
    refers_to = central if kind == "laboratory" else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(slug="x", name="X", kind=kind, refers_to=refers_to)


def test_the_database_refuses_two_accounts_of_one_address(amina):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=User.objects.create_user("b@x.example", organisation=amina.organisation).pk).update(
            email=amina.email.upper()
        )


def test_a_clinic_refers_to_no_clinic(riverside):
    with pytest.raises(Unprocessable):
        create_organisation(actor=None, slug="x", name="X", kind="clinic", refers_to=riverside)


def test_closing_is_recorded(ines, riverside):
    update_organisation(actor=ines, organisation=riverside, name=riverside.name, is_active=False)
    event = AuditEvent.objects.filter(action="configuration").get()
    assert (event.before["is_active"], event.after["is_active"]) == (True, False)


def test_nobody_closes_the_place_they_work_at(ines, central):
    with pytest.raises(Conflict):
        update_organisation(actor=ines, organisation=central, name="Central", is_active=False)


def test_a_foreign_place_is_not_found_and_others_are_refused(ines, pavel, riverside, lakeside):
    with pytest.raises(NotFound):
        update_organisation(actor=ines, organisation=lakeside, name="Taken", is_active=True)
    with pytest.raises(PermissionRefused):
        update_organisation(actor=pavel, organisation=riverside, name="Taken", is_active=True)


def test_a_token_never_administers(ines, riverside):
    ines.token_scopes = frozenset({"cases:write"})
    with pytest.raises(PermissionRefused):
        update_organisation(actor=ines, organisation=riverside, name="Taken", is_active=True)


def numbers_of(place):
    return [(number.system, number.value) for number in place.numbers.all()]


def test_what_other_systems_call_a_place_is_kept_and_recorded(ines, riverside):
    set_organisation_numbers(actor=ines, organisation=riverside, numbers=[("npi", "1234567893"), ("lis", "RIV")])
    set_organisation_numbers(actor=ines, organisation=riverside, numbers=[("npi", "1234567893")])
    assert numbers_of(riverside) == [("npi", "1234567893")]
    event = AuditEvent.objects.filter(action="configuration").first()
    assert (event.before["numbers"], event.after["numbers"]) == (["lis RIV", "npi 1234567893"], ["npi 1234567893"])


def test_a_number_is_one_places_alone(ines, petra, riverside, hilltop, lakeside):
    set_organisation_numbers(actor=ines, organisation=riverside, numbers=[("npi", "1")])
    with pytest.raises(Conflict, match="Another place has the number npi 1"):
        set_organisation_numbers(actor=ines, organisation=hilltop, numbers=[("npi", "1")])
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationNumber.objects.create(organisation=hilltop, system="npi", value="1")
    with pytest.raises(NotFound):
        set_organisation_numbers(actor=petra, organisation=riverside, numbers=[])
    with pytest.raises(Unprocessable):
        set_organisation_numbers(actor=ines, organisation=riverside, numbers=[("npi", "")])
    assert numbers_of(riverside) == [("npi", "1")]


@pytest.mark.parametrize(
    ("typed", "fits"), [("RIV&2.16.840.1&ISO", True), ("RIV^2", False), ("a b", False), ("", True)]
)
def test_the_authority_of_its_record_numbers_can_be_sent_in_a_message(ines, riverside, typed, fits):
    given = {"actor": ines, "organisation": riverside, "name": riverside.name, "is_active": True}
    if fits:
        assert update_organisation(**given, hl7_authority=typed).hl7_authority == typed
        assert update_organisation(**given).hl7_authority == typed
    else:
        with pytest.raises(Unprocessable, match="without blanks"):
            update_organisation(**given, hl7_authority=typed)
