"""What the database holds of a patient says nothing without the keys."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection

from audit.models import AuditEvent
from cases.crypto import UndecryptableValueError, blind_index
from cases.models import Patient
from cases.services.cases import create_case
from cases.services.patients import register_patient, update_patient
from tests.factories.cases import PatientFactory

pytestmark = pytest.mark.django_db

IDENTIFYING = ["Okonkwo", "Adaeze", "1980-02-29", "MRN-7781"]


@pytest.fixture
def patient(amina):
    return register_patient(
        actor=amina,
        mrn="MRN-7781",
        family_name="Okonkwo",
        given_name="Adaeze",
        birth_date=dt.date(1980, 2, 29),
        sex="female",
    )


def raw_rows(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return repr(cursor.fetchall())


def test_no_table_holds_an_identifier_in_the_clear(amina, patient):
    create_case(actor=amina, patient=patient, accession_number="A-1", clinical_question="Anaemia?")
    update_patient(actor=amina, patient=patient, reason="other", note="Okonkwo wrote Adaeze N.", given_name="Adaeze N.")
    update_patient(actor=amina, patient=patient, reason="number_changed", mrn="MRN-7781-B")
    for table in connection.introspection.table_names():
        rows = raw_rows(table)
        for text in IDENTIFYING:
            assert text not in rows, f"{text} stands in {table}"


def test_the_record_reads_as_it_was_written(patient):
    stored = Patient.objects.get(pk=patient.pk)
    assert (stored.mrn, stored.family_name, stored.given_name) == ("MRN-7781", "Okonkwo", "Adaeze")
    assert stored.birth_date == dt.date(1980, 2, 29)
    assert stored.full_name == "Okonkwo, Adaeze"


def test_the_same_value_is_encrypted_differently_each_time(riverside):
    first, second = (PatientFactory(organisation=riverside, family_name="Okonkwo") for _ in range(2))
    with connection.cursor() as cursor:
        cursor.execute("SELECT family_name FROM cases_patient")
        stored = {row[0] for row in cursor.fetchall()}
    assert len(stored) == 2
    assert first.name_index == second.name_index


def test_equal_values_of_different_fields_have_different_indexes():
    assert blind_index("patient.mrn", "smith") != blind_index("patient.family_name", "smith")


@pytest.mark.parametrize("lookup", ["family_name", "family_name__icontains", "birth_date__gte", "mrn__startswith"])
def test_comparing_ciphertext_is_refused(lookup):
    with pytest.raises(FieldError):
        Patient.objects.filter(**{lookup: "x"}).exists()


def test_without_the_key_nothing_opens(patient, settings):
    settings.HEMATOVISION_FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(UndecryptableValueError):
        Patient.objects.get(pk=patient.pk)


def test_rotation_moves_every_patient_to_the_new_key(patient, settings, capsys):
    new = Fernet.generate_key().decode()
    settings.HEMATOVISION_FIELD_KEYS = [new, *settings.HEMATOVISION_FIELD_KEYS]
    call_command("rotate_field_keys")
    assert "1 patients" in capsys.readouterr().out
    settings.HEMATOVISION_FIELD_KEYS = [new]
    assert Patient.objects.get(pk=patient.pk).family_name == "Okonkwo"
    assert AuditEvent.objects.get(action="configuration").after["patients"] == 1


def test_a_new_index_key_is_taken_up_by_rotation(patient, settings, capsys):
    settings.HEMATOVISION_BLIND_INDEX_KEY = "another-index-key-of-some-length"
    assert not Patient.objects.with_mrn("MRN-7781").exists()
    call_command("rotate_field_keys")
    assert Patient.objects.with_mrn("MRN-7781").get() == patient
