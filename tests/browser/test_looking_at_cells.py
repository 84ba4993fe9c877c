"""The field at full size: boxes, gallery and panel stay on one cell, by mouse and by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from cases.models import Cell
from cases.services.cases import submit_case
from cases.services.images import receive_image
from classifier.models import Prediction
from tests.factories.cases import CaseFactory
from tests.factories.smears import drawn_field


@pytest.fixture
def image(transactional_db, amina, analyse):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(21, cells={"neutrophil": 3, "lymphocyte": 2}))
    submit_case(actor=amina, case=case)
    return analyse(image)


def open_field(page, image):
    page.goto(f"/images/{image.pk}/")
    page.locator("[role=option][aria-selected=true]").wait_for()


def test_every_cell_has_a_box_and_a_tile(open_as, pavel, image):
    page = open_as(pavel)
    open_field(page, image)
    count = Cell.objects.filter(image=image).count()
    assert count > 0
    expect(page.locator(".boxes .box")).to_have_count(count)
    expect(page.get_by_role("option")).to_have_count(count)
    expect(page.get_by_text("Not yet reviewed by a pathologist")).to_be_visible()


def test_the_panel_tells_all_of_the_chosen_cell(open_as, pavel, image):
    page = open_as(pavel)
    open_field(page, image)
    shown = page.get_by_role("table", name="Probability of every class")
    shares = [float(text.strip(" %")) for text in shown.locator("[data-share]").all_inner_texts()]
    assert len(shares) == 8
    assert abs(sum(shares) - 100) < 1
    said = Prediction.objects.get(cell=re.sub(".*#cell-", "", page.url))
    told = page.locator("[data-cell-score]").inner_text()
    assert told.startswith("Score " if said.identified else "Nearest: ")
    assert f"{100 * said.score:.1f} %" in told
    expect(page.get_by_text("Model tiny 1.0.0").first).to_be_visible()


def test_keys_step_through_the_cells(open_as, pavel, image):
    page = open_as(pavel)
    open_field(page, image)
    first = page.locator("[aria-selected=true]").get_attribute("id")
    page.keyboard.press("j")
    second = page.locator("[aria-selected=true]").get_attribute("id")
    assert second != first
    assert page.url.endswith(second.replace("tile-", "#cell-"))
    page.keyboard.press("k")
    assert page.locator("[aria-selected=true]").get_attribute("id") == first
    page.keyboard.press("o")
    assert page.get_by_role("button", name="Boxes").get_attribute("aria-pressed") == "false"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Help and keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_click_on_a_box_chooses_its_cell(open_as, pavel, image):
    page = open_as(pavel)
    open_field(page, image)
    box = page.locator(".boxes .box:not(.picked) .line").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function("() => location.hash.startsWith('#cell-')")
    chosen = re.sub(".*#cell-", "", page.url)
    assert page.locator(f"#tile-{chosen}").get_attribute("aria-selected") == "true"


def test_a_class_can_be_viewed_alone(open_as, pavel, image):
    label = Cell.objects.filter(image=image).values_list("label", flat=True).order_by("label").first()
    count = Cell.objects.filter(image=image, label=label).count()
    page = open_as(pavel)
    open_field(page, image)
    page.locator(f"[data-filter={label}]").click()
    expect(page.locator("[role=option]:visible")).to_have_count(count)
    expect(page.locator(".boxes .box:not(.filtered)")).to_have_count(count)


def test_a_link_leads_to_one_cell(open_as, pavel, image):
    cell = Cell.objects.filter(image=image).last()
    page = open_as(pavel)
    page.goto(f"/images/{image.pk}/#cell-{cell.pk}")
    page.locator(f"#tile-{cell.pk}[aria-selected=true]").wait_for()


def test_the_clinic_sees_the_picture_and_no_cell(open_as, amina, image):
    page = open_as(amina)
    page.goto(f"/images/{image.pk}/")
    expect(page.get_by_text("Results follow the signature")).to_be_visible()
    cell = Cell.objects.filter(image=image).first()
    assert str(cell.pk) not in page.content()
    page.goto(f"/cases/{image.case_id}/")
    expect(page.get_by_text("Results appear here after a pathologist has signed")).to_be_visible()
    expect(page.locator(".class-counts")).to_have_count(0)
    assert page.goto(f"/cases/{image.case_id}/report/").status == 403
