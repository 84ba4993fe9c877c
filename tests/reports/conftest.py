"""A case that its pathologist has reviewed to the last cell, and ways to sign it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from cases.models import Case
from cases.states import CaseState
from reports.models import SignatureMethod
from reports.pdf import pdf_problem
from reports.services.drafts import save_draft
from reports.services.preparing import prepare_report
from reports.services.signing import Proof, sign_report
from review.models import ReviewLease
from tests.factories.analysed_cases import reviewed_case
from tests.factories.reports import next_version

needs_pango = pytest.mark.skipif(bool(pdf_problem()), reason="Pango is missing: no PDF can be made")


def proof_of(user, *, at: dt.datetime | None = None) -> Proof:
    """What the sign page hands over after it has asked for the password."""
    return Proof(user=user.pk, method=SignatureMethod.PASSWORD.value, session_first=True, at=at or timezone.now())


def complete_draft(case, reviewer, **texts):
    """Everything the sign page asks for."""
    given = {"interpretation": "Normal picture.", "quality_accepted": True, "identifiers": ["name", "mrn"], **texts}
    return save_draft(actor=reviewer, case=case, **given)


def signed(case, reviewer, **texts):
    """Sign the next version of a case its reviewer holds."""
    complete_draft(case, reviewer, **texts)
    preview = prepare_report(actor=reviewer, case=case).preview
    return sign_report(actor=reviewer, case=case, preview=preview, proof=proof_of(reviewer))


@pytest.fixture
def case(riverside, pavel) -> Case:
    """A case of riverside-clinic that pavel has reviewed and holds."""
    return reviewed_case(riverside, pavel)


@pytest.fixture
def report(case, pavel):
    """Its first signed report, written straight into the tables: its file only stands in for a PDF."""
    report = next_version(case, pavel, interpretation="Normal picture.")
    ReviewLease.objects.filter(case=case).delete()
    Case.objects.filter(pk=case.pk).update(state=CaseState.SIGNED)
    case.refresh_from_db()
    return report


@pytest.fixture
def printed(case, pavel):
    """Its first signed report, signed as on the page, with a real PDF."""
    report = signed(case, pavel)
    case.refresh_from_db()
    return report
