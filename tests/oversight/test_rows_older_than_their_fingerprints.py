"""Rows without a fingerprint are counted and not called broken; a recorded command gives them one, and what is new needs one."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from accounts.services import change_role
from accounts.verification import PEOPLE
from audit.models import AuditEvent
from audit.services import fingerprint_rows
from cases.models import Patient
from cases.patient_verification import PATIENTS
from cases.services.patients import register_patient, update_patient
from hematovision.verifications import Finding, Older
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(amina):
    return register_patient(actor=amina, mrn="R-1", family_name="Sample", birth_date=dt.date(1980, 1, 2))


def force(model, pk, column, value):
    """Change one column as somebody does who has the database password; the table has no guard."""
    table = model._meta.db_table
    key = model._meta.pk.get_db_prep_value(pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, key])


def test_people_without_events_are_counted(amina, pavel):
    assert list(PEOPLE.check()) == [Older("accounts.user", 2)]


def test_the_command_covers_them_and_says_so(amina, pavel, capsys):
    call_command("fingerprint_rows")
    assert "accounts.user: 2" in capsys.readouterr().out
    assert list(PEOPLE.check()) == []
    event = AuditEvent.objects.get(object_type="accounts.user", object_id="")
    assert (event.action, event.actor_role, event.after) == (
        "configuration",
        "system",
        {"fingerprinted": 2, "member": "row"},
    )


def test_a_second_run_writes_no_fingerprint_again(amina):
    fingerprint_rows(actor=None)
    assert set(fingerprint_rows(actor=None).values()) == {0}


def test_a_role_raised_behind_the_record_is_found_once_covered(amina):
    fingerprint_rows(actor=None)
    force(User, amina.pk, "role", "administrator")
    assert [finding.object_id for finding in PEOPLE.check()] == [str(amina.pk)]


def test_an_account_that_nobody_made_is_found_once_all_are_covered(amina, central):
    fingerprint_rows(actor=None)
    backdoor = person("Back", "administrator", central)
    assert list(PEOPLE.check()) == [Finding("accounts.user", str(backdoor.pk), "The audit trail does not know it.")]


def test_a_superuser_of_the_command_line_is_on_record(amina, monkeypatch):
    fingerprint_rows(actor=None)
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "Smear-under-Glass-41")
    call_command("createsuperuser", "--noinput", email="root@platform.example", full_name="Root")
    assert User.objects.get(email="root@platform.example").is_superuser
    assert list(PEOPLE.check()) == []


def test_what_a_service_changes_is_what_was_written(amina, ines):
    fingerprint_rows(actor=None)
    change_role(actor=ines, user=amina, role="student")
    assert list(PEOPLE.check()) == []


def test_a_patient_is_covered_from_the_start(amina, patient):
    assert list(PATIENTS.check()) == []
    update_patient(actor=amina, patient=patient, reason="mistyped", family_name="Samle")
    assert list(PATIENTS.check()) == []
    force(Patient, patient.pk, "sex", "other")
    assert [finding.object_id for finding in PATIENTS.check()] == [str(patient.pk)]


def test_the_fingerprint_of_a_patient_stays_when_field_keys_are_rotated(patient, settings):
    settings.HEMATOVISION_FIELD_KEYS = [Fernet.generate_key().decode(), *settings.HEMATOVISION_FIELD_KEYS]
    call_command("rotate_field_keys")
    assert list(PATIENTS.check()) == []


def test_under_another_index_key_it_is_older_until_it_is_made_anew(patient, settings):
    settings.HEMATOVISION_BLIND_INDEX_KEY = "another-index-key-of-enough-length"
    call_command("rotate_field_keys")
    assert list(PATIENTS.check()) == [Older("cases.patient", 1)]
    fingerprint_rows(actor=None)
    assert list(PATIENTS.check()) == []


def test_the_audit_trail_says_nothing_that_could_be_tried(patient):
    event = AuditEvent.objects.get(object_id=str(patient.pk))
    assert set(event.after) == {"sex", "row"}
    assert PATIENTS.digest(Patient.objects.get()) == event.after["row"]


def test_identifiers_that_open_with_no_key_hide_nobody_else(amina, patient):
    other = register_patient(actor=amina, mrn="R-2", family_name="Other", birth_date=dt.date(1981, 1, 2))
    force(Patient, patient.pk, "family_name", "gAAAA")
    force(Patient, other.pk, "sex", "male")
    assert {finding.object_id for finding in PATIENTS.check()} == {str(patient.pk), str(other.pk)}


def test_verify_all_says_what_is_older(amina, capsys, settings, tmp_path):
    settings.AUDIT_CHECKPOINT_DIR = str(tmp_path)
    call_command("verify_all")
    assert "accounts.user: 1 older than their fingerprints" in capsys.readouterr().out
