"""Whoever is refused a change of a record by the API leaves an event, though nothing else of the request is kept."""

from __future__ import annotations

import pytest

from audit.models import AuditEvent
from cases.services.break_glass import open_by_break_glass
from hematovision.rest.models import StoredAnswer
from tests.contract.conftest import problem_of
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def abroad(lars, pavel):
    """A case of another laboratory that Pavel opened by break-glass: to view, not to change."""
    case = CaseFactory(clinic=lars.organisation, created_by=lars, ready=True, accession_number="NL-77")
    why = "The patient bleeds in our emergency room."
    open_by_break_glass(actor=pavel, accession_number="NL-77", mrn=case.patient.mrn, reason=why)
    return case


def refusals_of(record):
    return AuditEvent.objects.filter(outcome="denied", object_id=str(record.pk)).count()


def test_of_a_patient_who_is_seen_by_break_glass(session_of, pavel, abroad):
    body = {"family_name": "Other", "reason": "mistyped"}
    problem_of(session_of(pavel).patch(f"/patients/{abroad.patient_id}/", body), 403)
    assert refusals_of(abroad.patient) == 1
    assert not abroad.patient.former_identities.exists()


def test_of_a_patient_whom_another_organisation_registered(session_of, pavel, riverside):
    patient = CaseFactory(clinic=riverside, ready=True).patient
    problem_of(session_of(pavel).patch(f"/patients/{patient.pk}/", {"sex": "male", "reason": "mistyped"}), 403)
    assert refusals_of(patient) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"), [("patch", "", {"stain": "giemsa"}), ("post", "cancel/", {"reason": "A mistake."})]
)
def test_of_a_case_that_is_seen_by_break_glass(session_of, pavel, abroad, method, path, body):
    call = getattr(session_of(pavel), method)
    problem_of(call(f"/cases/{abroad.pk}/{path}", body), 403)
    assert refusals_of(abroad) == 1


def test_of_a_new_case_under_an_idempotency_key(session_of, pavel, abroad):
    body = {"patient": str(abroad.patient_id), "priority": "routine", "stain": "giemsa"}
    for times in (1, 2):
        problem_of(session_of(pavel).post("/cases/", body, Idempotency_Key="k-1"), 403)
        assert refusals_of(abroad.patient) == times
    assert not StoredAnswer.objects.exists()
