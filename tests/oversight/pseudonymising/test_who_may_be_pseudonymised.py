"""A patient is pseudonymised only when nothing speaks against it, by those who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import (
    Patient,
    Pseudonymisation,
)
from cases.services.legal_holds import place_legal_hold
from cases.storage import clinical_storage
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from oversight.services.pseudonymisation import pseudonymise_patient
from reports.models import ReportKey
from review.models import Amendment
from tests.oversight.pseudonymising.conftest import WHY

pytestmark = pytest.mark.django_db


def unchanged(record):
    assert Patient.objects.get(pk=record.patient.pk).mrn == "R-1"
    assert ReportKey.objects.get().wrapped
    assert clinical_storage().exists(record.image.original.name)


def test_a_patient_is_restricted_first(record, ines):
    with pytest.raises(Conflict, match="Restrict"):
        pseudonymise_patient(actor=ines, patient=record.patient, mrn="R-1", reason=WHY)
    unchanged(record)


def test_a_legal_hold_refuses_it(restricted, ines):
    place_legal_hold(actor=ines, case=restricted.case, reason="The clinic is sued over this.")
    with pytest.raises(Conflict, match="legal hold"):
        pseudonymise_patient(actor=ines, patient=restricted.patient, mrn="R-1", reason=WHY)
    unchanged(restricted)


def test_an_open_correction_refuses_it(restricted, ines):
    Amendment.objects.create(
        case=restricted.case,
        kind="corrected",
        reason_code="other",
        reason="Look again.",
        opened_by=ines,
        opened_at=timezone.now(),
    )
    with pytest.raises(Conflict, match="correction"):
        pseudonymise_patient(actor=ines, patient=restricted.patient, mrn="R-1", reason=WHY)
    unchanged(restricted)


def test_the_law_comes_first(restricted, ines, settings):
    settings.RECORD_DAYS = 1
    with pytest.raises(Conflict, match="has to be kept for 1 days"):
        pseudonymise_patient(actor=ines, patient=restricted.patient, mrn="R-1", reason=WHY)
    unchanged(restricted)


@pytest.mark.parametrize(("mrn", "reason"), [("R-2", WHY), ("", WHY), ("R-1", "short")])
def test_it_asks_whom_and_why(restricted, ines, mrn, reason):
    with pytest.raises(Unprocessable):
        pseudonymise_patient(actor=ines, patient=restricted.patient, mrn=mrn, reason=reason)
    unchanged(restricted)


def test_a_missing_file_leaves_everything_as_it_was(restricted, ines):
    clinical_storage().delete(restricted.image.display.name)
    with pytest.raises(Conflict, match="missing"):
        pseudonymise_patient(actor=ines, patient=restricted.patient, mrn="R-1", reason=WHY)
    unchanged(restricted)


def test_only_the_administrators_of_the_laboratory(restricted, olga, petra, pavel):
    with pytest.raises(PermissionRefused):
        pseudonymise_patient(actor=olga, patient=restricted.patient, mrn="R-1", reason=WHY)
    for stranger in (petra, pavel):
        with pytest.raises(NotFound):
            pseudonymise_patient(actor=stranger, patient=restricted.patient, mrn="R-1", reason=WHY)
    unchanged(restricted)


def test_the_page_asks_for_the_record_number(restricted, ines, django_capture_on_commit_callbacks):
    client = Client()
    client.force_login(ines)
    address = reverse("workbench:pseudonymisation", args=[restricted.patient.pk])
    assert "to confirm" in client.get(address).content.decode()
    refused = client.post(address, {"mrn": "R-2", "reason": WHY})
    assert refused.status_code == 422
    assert "not the record number" in refused.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, {"mrn": "R-1", "reason": WHY}, follow=True)
    assert "Pseudonymised on" in answer.content.decode()
    assert "Pseudonymise for good" not in answer.content.decode()
    assert Pseudonymisation.objects.get(patient=restricted.patient).at > timezone.now() - timedelta(minutes=5)
