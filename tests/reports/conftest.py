"""A case that its pathologist has read to the last cell, and ways to sign it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from cases.models import Case, Cell, LabelSource
from cases.states import CaseState
from reports.models import SignatureMethod
from reports.pdf import pdf_problem
from reports.services.drafts import save_draft
from reports.services.preparing import prepare_report
from reports.services.signing import Proof, sign_report
from review.models import ReviewLease
from review.services.leases import claim
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory
from tests.factories.reports import next_version

needs_pango = pytest.mark.skipif(bool(pdf_problem()), reason="Pango is missing: no PDF can be made")

READ = {"neutrophil": 70, "lymphocyte": 25, "monocyte": 4, "eosinophil": 1, "erythroblast": 2, "platelet": 3}


def read_case(clinic, reader, *, counts=None, **fields) -> Case:
    """A case held by `reader` with every cell named by a person, by default 100 leukocytes and five others."""
    case = CaseFactory(clinic=clinic, ready=True, **fields)
    image = SmearImageFactory(case=case, analysed=True, shown=True)
    cells = []
    for label, number in (READ if counts is None else counts).items():
        cells += [
            CellFactory.build(
                image=image,
                ordinal=len(cells) + i + 1,
                label=label,
                label_source=LabelSource.HUMAN,
                decided_by=reader,
                decided_at=timezone.now(),
            )
            for i in range(number)
        ]
    Cell.objects.bulk_create(cells)
    claim(actor=reader, case=case)
    return case


def proof_of(user, *, at: dt.datetime | None = None) -> Proof:
    """What the sign page hands over after it has asked for the password."""
    return Proof(user=user.pk, method=SignatureMethod.PASSWORD.value, session_first=True, at=at or timezone.now())


def complete_draft(case, reader, **texts):
    """Everything the sign page asks for."""
    given = {"interpretation": "Normal picture.", "quality_accepted": True, "identifiers": ["name", "mrn"], **texts}
    return save_draft(actor=reader, case=case, **given)


def signed(case, reader, **texts):
    """Sign the next version of a case its reader holds."""
    complete_draft(case, reader, **texts)
    preview = prepare_report(actor=reader, case=case).preview
    return sign_report(actor=reader, case=case, preview=preview, proof=proof_of(reader))


@pytest.fixture
def case(riverside, pavel) -> Case:
    """A case of riverside-clinic that pavel has read and holds."""
    return read_case(riverside, pavel)


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
