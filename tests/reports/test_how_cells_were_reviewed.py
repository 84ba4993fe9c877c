"""The report says how its cells were reviewed, and a flagged cell is answered before the signature."""

from __future__ import annotations

import io
import uuid

import pytest
from pypdf import PdfReader

from cases.models import Cell
from hematovision.errors import Conflict
from reports.services.preparing import prepare_report
from reports.services.signing import sign_report
from review.services.decisions import apply_action
from tests.reports.conftest import complete_draft, needs_pango, proof_of, signed

pytestmark = [pytest.mark.django_db, needs_pango]


@pytest.fixture
def act(case, pavel):
    """Do something to the first `number` neutrophils, as the workspace tells it."""

    def do(kind, number, *, displayed=True, **more):
        cells = list(Cell.objects.filter(image__case=case, label="neutrophil").order_by("ordinal")[:number])
        apply_action(
            actor=pavel,
            case=case,
            action_id=uuid.uuid4(),
            kind=kind,
            cells=[(cell.pk, cell.revision) for cell in cells],
            displayed={cell.pk for cell in cells} if displayed else set(),
            **more,
        )
        return cells

    return do


def checks_of(case, pavel):
    return {check.code: check for check in prepare_report(actor=pavel, case=case).checks}


def test_cells_decided_together_are_told_apart_from_those_decided_one_by_one(act, case, pavel):
    act("label", 30, label="lymphocyte")
    act("label", 1, label="monocyte")
    content = prepare_report(actor=pavel, case=case).content
    assert content["review"] == {
        "displayed": 31,
        "in_bulk": 30,
        "one_by_one": 1,
        "statement": "1 cell was reviewed one by one, 30 in bulk. Each was displayed on the reviewer's screen.",
    }
    assert (
        checks_of(case, pavel)["cells"].sentence == "Every cell is reviewed and named: 105 (75 one by one, 30 in bulk)."
    )


def test_a_cell_that_was_not_displayed_is_said_to_be(act, case, pavel):
    act("label", 1, label="monocyte", displayed=False)
    statement = prepare_report(actor=pavel, case=case).content["review"]["statement"]
    assert "For 1 of them there is no record that the cell was displayed." in statement


def test_an_undone_decision_in_bulk_is_told_no_more(act, case, pavel):
    act("label", 30, label="lymphocyte")
    apply_action(actor=pavel, case=case, action_id=uuid.uuid4(), kind="undo")
    assert prepare_report(actor=pavel, case=case).content["review"]["in_bulk"] == 0


def test_a_flagged_cell_keeps_the_report_from_being_signed_until_it_is_answered(act, case, pavel):
    act("flag", 2)
    complete_draft(case, pavel)
    prepared = prepare_report(actor=pavel, case=case)
    assert [check.code for check in prepared.unmet] == ["flagged"]
    with pytest.raises(Conflict, match="2 cells are flagged"):
        sign_report(actor=pavel, case=case, preview=prepared.preview, proof=proof_of(pavel))
    act("unflag", 2)
    assert prepare_report(actor=pavel, case=case).unmet == []


def test_the_reason_for_a_flag_that_stays_is_signed_and_printed(act, case, pavel):
    (cell,) = act("flag", 1)
    report = signed(case, pavel, flagged_reason="Shown to Vera at the microscope.")
    assert report.data["flagged"] == {
        "cells": [{"field": 1, "id": str(cell.pk), "label": "neutrophil", "n": cell.ordinal}],
        "reason": "Shown to Vera at the microscope.",
    }
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(report.read_pdf())).pages)
    assert "Shown to Vera at the microscope." in " ".join(printed.split())


def test_the_sign_page_leads_to_the_flagged_cells(act, client, case, pavel):
    (cell,) = act("flag", 1)
    client.force_login(pavel)
    page = client.get(f"/cases/{case.pk}/sign/").content.decode()
    assert f"/cases/{case.pk}/review/#cell-{cell.pk}" in page
    assert "1 cell is flagged. Look again" in page
