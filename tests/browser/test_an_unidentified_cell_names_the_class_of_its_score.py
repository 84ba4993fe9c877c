"""A score beside "Unidentified" says which class it is of, in the workspace and in the viewer."""

import pytest
from django.db import connection
from playwright.sync_api import expect

from cases.models import Cell
from classifier.models import Prediction
from tests.append_only import triggers_lifted
from tests.browser.reviewing.steps import open_review
from tests.factories.analysed_cases import analysed_case
from tests.factories.drawn_images import drawn_images


@pytest.fixture
def cell(transactional_db, riverside, amina):
    """A cell most like a monocyte, too unlike the training data to be named."""
    case = analysed_case(riverside, images=drawn_images(), created_by=amina)
    cell = Cell.objects.filter(image__case=case).order_by("ordinal").first()
    Cell.objects.filter(pk=cell.pk).update(label="unidentified", score=0.958)
    with triggers_lifted(connection):
        Prediction.objects.filter(cell=cell).delete()
    analysis = cell.image.analyses.get()
    Prediction.objects.create(
        analysis=analysis,
        cell=cell,
        model_version=analysis.model_version,
        label="monocyte",
        score=0.958,
        probabilities={"monocyte": 0.958, "lymphocyte": 0.042},
        identified=False,
        novelty=4.0,
    )
    return cell


def test_in_the_workspace(open_as, cell, pavel):
    page = open_review(open_as(pavel), cell.image.case)
    tile = page.locator(f"#tile-{cell.pk}")
    tile.click()
    assert tile.get_attribute("title") == "Unidentified · Monocyte 95.8 %"
    expect(tile.locator(".rv-score")).to_have_text("M 95.8 %")
    expect(tile.locator(".rv-name")).to_contain_text("unidentified, most like Monocyte 95.8 %")
    page.locator("[data-cell-says]", has_text="Not named. Nearest: Monocyte 95.8 %").wait_for()


def test_in_the_viewer(open_as, cell, pavel):
    page = open_as(pavel)
    page.goto(f"/images/{cell.image_id}/#cell-{cell.pk}")
    tile = page.locator(f"#tile-{cell.pk}[aria-selected=true]")
    tile.wait_for()
    assert tile.get_attribute("title") == "Unidentified · Monocyte 95.8 %"
    assert tile.locator(".tile-foot").inner_text().split() == [
        "?",
        "Cell",
        f"{cell.ordinal},",
        "Unidentified,",
        "M",
        "95.8",
        "%",
    ]
    expect(page.locator("[data-cell-score]")).to_have_text("Nearest: Monocyte 95.8 %")


def test_in_the_viewer_without_scripts(open_as, cell, pavel):
    page = open_as(pavel, scripts=False)
    page.goto(f"/images/{cell.image_id}/")
    row = page.get_by_role("row", name=f"{cell.ordinal} Unidentified Monocyte 95.8 %", exact=True)
    assert row.count() == 1
