"""Cells of a microscope are named by keyboard alone, and what was named is counted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from calibration.models import CalibrationLabel
from calibration.services import ask_for_proposal
from calibration.services.proposals import make_proposal
from cases.models import Cell, SmearImage
from cases.services.cases import submit_case
from cases.services.images import receive_image
from microscopes.models import Microscope
from tests.browser.conftest import PHONE
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.factories.cases import CaseFactory
from tests.factories.smears import drawn_field


@pytest.fixture
def microscope(transactional_db, amina, pavel, analyse):
    """A microscope with one analysed image, three cells of which are proposed."""
    found = Microscope.objects.create(organisation=amina.organisation, name="By the window")
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(31))
    submit_case(actor=amina, case=case)
    analyse(image)
    SmearImage.objects.filter(pk=image.pk).update(microscope=found, microscope_source="chosen")
    proposal = make_proposal(proposal_id=ask_for_proposal(actor=pavel, microscope=found).pk)
    assert proposal.state == "done"
    return found


def takes_keys(page):
    """Wait until the page listens and its cell can be seen."""
    expect(page.locator("[data-labelling][data-ready]")).to_be_visible()
    page.locator("[data-large]").evaluate("(image) => image.decode()")


def test_cells_are_named_by_keyboard_alone(open_as, microscope, pavel):
    total = Cell.objects.unreviewed().count()
    before = list(Cell.objects.order_by("pk").values())
    page = open_as(pavel)
    page.goto(f"/microscopes/{microscope.pk}/calibrate/")
    for number, key in enumerate(["n", "4", "x"][:total], start=1):
        expect(page.get_by_role("heading", name=f"Cell {number} of {total}")).to_be_visible()
        takes_keys(page)
        page.keyboard.press(key)
        expect(page.get_by_text(f"{number} of {total} named")).to_be_visible()
    assert sorted(CalibrationLabel.objects.values_list("label", flat=True)) == ["excluded", "lymphocyte", "neutrophil"]
    assert list(Cell.objects.order_by("pk").values()) == before


def test_the_last_label_can_be_changed(open_as, microscope, pavel):
    page = open_as(pavel)
    page.goto(f"/microscopes/{microscope.pk}/calibrate/")
    takes_keys(page)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Cell 2 of")).to_be_visible()
    takes_keys(page)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Cell 1 of")).to_be_visible()
    expect(page.get_by_role("button", name="Neutrophil")).to_have_attribute("aria-pressed", "true")
    takes_keys(page)
    page.keyboard.press("m")
    expect(page.get_by_role("heading", name="Cell 2 of")).to_be_visible()
    assert CalibrationLabel.objects.get().label == "monocyte"


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_page_is_accessible(open_as, violations, microscope, ines, size, theme):
    page = open_as(ines, size=size, theme=theme)
    page.goto(f"/microscopes/{microscope.pk}/calibrate/")
    assert violations(page) == []
    if size == PHONE:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
