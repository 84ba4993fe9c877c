"""A patient's identifiers are corrected one at a time, with a reason; how they stood is kept and still finds them."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from cases.models import FormerIdentity, Patient
from cases.patient_verification import patient_digest
from cases.services.patients import find_duplicates, update_patient
from hematovision.errors import Conflict, PreconditionFailed, Unprocessable
from tests.factories.cases import CaseFactory, PatientFactory

pytestmark = pytest.mark.django_db

BORN = dt.date(1980, 2, 29)


@pytest.fixture
def adaeze(riverside):
    """Somebody riverside-clinic registered under a misspelt name."""
    return PatientFactory(
        organisation=riverside, mrn="R-7781", family_name="Okonkwu", given_name="Adaeze", birth_date=BORN
    )


@pytest.fixture
def corrected(amina, adaeze):
    """The same, with the name as it should be."""
    return update_patient(actor=amina, patient=adaeze, reason="mistyped", family_name=" Okonkwo ")


def test_the_former_identity_keeps_every_identifier_who_and_why(amina, corrected):
    assert Patient.objects.get(pk=corrected.pk).full_name == "Okonkwo, Adaeze"
    former = FormerIdentity.objects.get(patient=corrected)
    assert (former.full_name, former.mrn, former.birth_date) == ("Okonkwu, Adaeze", "R-7781", BORN)
    assert (former.corrected_by, former.reason) == (amina, "mistyped")


def test_the_former_and_the_present_name_both_find_the_patient(corrected):
    assert Patient.objects.ever_with_family_name("okonkwu").get() == corrected
    assert Patient.objects.ever_with_family_name("okonkwo").get() == corrected
    assert not Patient.objects.with_family_name("okonkwu").exists()


def test_a_former_record_number_and_birth_date_find_the_patient(amina, adaeze):
    update_patient(actor=amina, patient=adaeze, reason="number_changed", mrn="R-9")
    update_patient(actor=amina, patient=adaeze, reason="mistyped", birth_date=dt.date(1980, 2, 28))
    assert Patient.objects.ever_with_mrn("r-7781").get() == adaeze
    assert Patient.objects.ever_born_on(BORN).get() == adaeze


def test_the_audit_trail_names_the_fields_the_reason_and_the_row_and_no_contents(corrected):
    event = AuditEvent.objects.filter(action="update", object_id=str(corrected.pk)).get()
    assert event.reason == "Misspelt or mistyped"
    assert event.after == {"fields": ["family_name"], "row": patient_digest(Patient.objects.get(pk=corrected.pk))}
    assert event.before == {"former_identity": str(FormerIdentity.objects.get().pk)}


def test_what_changes_nothing_writes_nothing(amina, adaeze):
    update_patient(actor=amina, patient=adaeze, reason="mistyped", family_name="Okonkwu", mrn=" R-7781 ")
    assert not FormerIdentity.objects.exists()
    assert not AuditEvent.objects.filter(action="update").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"mrn": "X", "family_name": "Nwosu"},
        {"mrn": "X", "birth_date": dt.date(1990, 1, 1)},
        {"given_name": "Chidi", "birth_date": dt.date(1990, 1, 1)},
    ],
)
def test_two_identifiers_stay_or_it_is_another_person(amina, adaeze, changes):
    with pytest.raises(Unprocessable) as caught:
        update_patient(actor=amina, patient=adaeze, reason="mistyped", **changes)
    assert caught.value.code == "too_many_identifiers"
    assert Patient.objects.get(pk=adaeze.pk).full_name == "Okonkwu, Adaeze"
    assert not FormerIdentity.objects.exists()


@pytest.mark.parametrize(("reason", "field"), [("", "reason"), ("because", "reason"), ("other", "note")])
def test_a_correction_says_why(amina, adaeze, reason, field):
    with pytest.raises(Unprocessable) as caught:
        update_patient(actor=amina, patient=adaeze, reason=reason, note="  ", family_name="Okonkwo")
    assert set(caught.value.details["errors"]) == {field}
    assert not FormerIdentity.objects.exists()


def test_whoever_was_overtaken_is_told_and_changes_nothing(amina, corrected):
    with pytest.raises(PreconditionFailed):
        update_patient(actor=amina, patient=corrected, reason="mistyped", seen=0, family_name="Nwosu")
    assert Patient.objects.get(pk=corrected.pk).family_name == "Okonkwo"


def test_a_number_that_another_patient_has_is_refused_and_leaves_no_trace(amina, adaeze):
    PatientFactory(organisation=adaeze.organisation, mrn="R-9")
    with pytest.raises(Conflict) as caught:
        update_patient(actor=amina, patient=adaeze, reason="number_changed", mrn="r-9")
    assert caught.value.code == "duplicate_mrn"
    assert not FormerIdentity.objects.exists()


def test_a_laboratory_corrects_the_patients_it_registered_itself(pavel, central):
    own = PatientFactory(organisation=central, family_name="Okonkwu")
    update_patient(actor=pavel, patient=own, reason="mistyped", family_name="Okonkwo")
    assert Patient.objects.get(pk=own.pk).family_name == "Okonkwo"


def test_a_person_registered_again_under_the_former_name_is_a_possible_double(amina, corrected):
    found = find_duplicates(actor=amina, mrn="new", family_name="Okonkwu", given_name="adaeze", birth_date=BORN)
    assert [(one, one.duplicate_reason) for one in found] == [(corrected, "Same name and birth date.")]


def test_another_clinic_finds_nobody_under_a_former_name(bora, corrected):
    CaseFactory(clinic=corrected.organisation, patient=corrected, submitted=True)
    assert not Patient.objects.visible_to(bora).ever_with_family_name("Okonkwu").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases_formeridentity",
        "UPDATE cases_formeridentity SET reason = 'other'",
        "UPDATE cases_formeridentity SET until = '2000-01-01 00:00:00+00:00'",
    ],
)
def test_the_database_keeps_former_identities(corrected, statement):
    with (
        pytest.raises(DatabaseError, match="change refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert FormerIdentity.objects.get().reason == "mistyped"


def test_rotation_moves_former_identities_to_the_new_keys(amina, adaeze, settings, capsys):
    update_patient(actor=amina, patient=adaeze, reason="other", note="She showed her passport.", family_name="Okonkwo")
    new = Fernet.generate_key().decode()
    settings.HEMATOVISION_FIELD_KEYS = [new, *settings.HEMATOVISION_FIELD_KEYS]
    settings.HEMATOVISION_BLIND_INDEX_KEY = "another-index-key-of-some-length"
    call_command("rotate_field_keys")
    assert "1 former identities" in capsys.readouterr().out
    settings.HEMATOVISION_FIELD_KEYS = [new]
    former = FormerIdentity.objects.get()
    assert (former.family_name, former.note) == ("Okonkwu", "She showed her passport.")
    assert Patient.objects.ever_with_family_name("Okonkwu").get() == adaeze
