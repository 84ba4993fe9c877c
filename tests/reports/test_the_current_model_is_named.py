"""Two models have analysed a case in turn: everything that names a model names the one whose analysis is current."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cases.models import Cell
from classifier.services.explanations import request_explanation
from review.models import Decision
from review.selectors import workspace_state
from review.services.decisions import apply_action
from review.services.leases import claim
from review.services.reanalysis import accept_newer_model
from tests.factories.analysed_cases import analysed_case, model, promote
from tests.factories.analyses import boxes_of, field_result, finish_analysis
from tests.reports.conftest import needs_pango, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(riverside, pavel):
    """A case analysed by model 1, then by model 2, then by model 1 again after a rollback; pavel holds it.

    Model 1 says neutrophil, lymphocyte and, unidentified, monocyte; model 2 called every cell an eosinophil.
    """
    case = analysed_case(riverside)
    claim(actor=pavel, case=case)
    promote(model("2", active=False))
    accept_newer_model(actor=pavel, case=case)
    finish_analysis(case, field_result(boxes_of(case), label="eosinophil"))
    promote(model("1"))
    accept_newer_model(actor=pavel, case=case)
    finish_analysis(case, field_result(boxes_of(case), label="neutrophil"))
    case.refresh_from_db()
    return case


@pytest.fixture
def cells(case):
    """Its cells in order."""
    return list(Cell.objects.filter(image__case=case).order_by("ordinal"))


def act(case, pavel, kind, cell, **more):
    revision = Cell.objects.get(pk=cell.pk).revision
    apply_action(actor=pavel, case=case, action_id=uuid.uuid4(), kind=kind, cells=[(cell.pk, revision)], **more)


@pytest.fixture
def reviewed(case, cells, pavel):
    """The first cell is confirmed, the second relabelled, the unidentified third named."""
    act(case, pavel, "confirm", cells[0])
    act(case, pavel, "label", cells[1], label="basophil")
    act(case, pavel, "label", cells[2], label="monocyte")
    return case


@pytest.fixture
def browser(client, pavel):
    """The browser of the pathologist."""
    client.force_login(pavel)
    return client


def test_the_label_of_a_cell_is_that_of_the_current_analysis(case, cells):
    assert [cell.label for cell in cells] == ["neutrophil", "lymphocyte", "unidentified"]


def test_the_workspace_names_it(case, pavel):
    state = workspace_state(case, pavel)
    assert state["model"]["version"] == "tiny 1"
    assert [cell["ai"]["label"] for cell in state["cells"]] == ["neutrophil", "lymphocyte", "unidentified"]


def test_a_decision_records_it(reviewed, cells):
    said = Decision.objects.order_by("action__number").values_list("ai_label", "model_version__version")
    assert list(said) == [("neutrophil", "1"), ("lymphocyte", "1"), ("unidentified", "1")]


def test_the_viewer_names_it(browser, case):
    page = browser.get(reverse("workbench:field", args=[case.images.get().pk]))
    shown = sorted(page.context["viewer"]["cells"], key=lambda cell: cell["n"])
    assert [(cell["model"], cell["best"]) for cell in shown] == [
        ("tiny 1", "neutrophil"),
        ("tiny 1", "lymphocyte"),
        ("tiny 1", "monocyte"),
    ]


def test_the_api_names_it(browser, case):
    image = browser.get(f"/api/v1/images/{case.images.get().pk}/").json()
    assert image["analysis"]["model"] == "tiny 1"
    best = [max(cell["probabilities"], key=cell["probabilities"].get) for cell in image["cells"]]
    assert [(cell["model"], label) for cell, label in zip(image["cells"], best, strict=True)] == [
        ("tiny 1", "neutrophil"),
        ("tiny 1", "lymphocyte"),
        ("tiny 1", "monocyte"),
    ]


def test_the_preliminary_report_names_it(browser, case):
    lines = list(
        csv.reader(
            io.StringIO(browser.get(reverse("workbench:preliminary_report_csv", args=[case.pk])).content.decode())
        )
    )
    assert ["model", "tiny 1"] in lines
    assert browser.get(reverse("workbench:preliminary_report", args=[case.pk])).context["model_versions"] == ["tiny 1"]


def test_an_explanation_is_drawn_with_it(cells, pavel):
    explanation = request_explanation(actor=pavel, cell=cells[0])
    assert (str(explanation.model_version), explanation.label) == ("tiny 1", "neutrophil")


@needs_pango
def test_the_signed_report_names_it_in_content_csv_and_pdf(browser, reviewed, pavel):
    report = signed(reviewed, pavel, count_reason="Three cells were found.")
    content = report.data
    assert [cell["ai"]["model"] for cell in content["cells"]] == ["tiny 1"] * 3
    assert [entry["version"] for entry in content["ai"]["models"]] == ["1"]

    statement = "Of 3 suggestions a person changed, named or excluded 2 and confirmed 1."
    words = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(report.read_pdf())).pages).split())
    assert "a class was suggested for each by tiny 1." in words
    assert "tiny 2" not in words
    assert statement in content["ai"]["statement"]
    assert statement in words

    lines = browser.get(reverse("reports:report_csv", args=[report.pk])).content.decode()
    assert ["model", "tiny 1"] in list(csv.reader(io.StringIO(lines)))
    assert "eosinophil," not in lines.split("predicted label")[1]
