"""The atlas and the page of a cell on a desktop and a phone; an arrow by dragging and by keys."""

import pytest
from playwright.sync_api import expect

from education.models import TeachingCaption, Truth
from education.services.discussion import add_comment, set_caption
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.factories.teaching import teaching_cell, teaching_field


@pytest.fixture
def cell(transactional_db):
    teaching_cell("atypical_lymphocyte")
    return teaching_cell("monocyte", stain="Giemsa", truth=Truth.VOTED, votes={"monocyte": 3, "lymphocyte": 1})


def test_an_arrow_is_drawn_by_dragging_and_moved_with_keys(open_as, pavel, cell):
    page = open_as(pavel)
    page.goto(f"/learn/cells/{cell.pk}/")
    box = page.locator("[data-arrows]").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.7)
    page.mouse.up()
    first = page.get_by_role("group", name="Arrow 1")
    expect(first.get_by_label("from left")).to_have_value("20")
    first.get_by_label("tip left").press("ArrowUp")
    expect(page.locator("[data-arrows] line.line")).to_have_attribute("x2", "61")
    page.get_by_role("button", name="Save the caption").press("Enter")
    expect(page.get_by_text("The caption is saved.")).to_be_visible()
    assert TeachingCaption.objects.get().arrows == [[0.2, 0.3, 0.61, 0.7]]


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_the_atlas(open_as, violations, pavel, sami, cell, size, theme):
    add_comment(actor=sami, cell=cell.pk, text="Why no lymphocyte?")
    set_caption(actor=pavel, cell=cell.pk, text="Folded nucleus", arrows=[[0.1, 0.2, 0.5, 0.5]])
    field = teaching_field("monocyte", "", um_per_px=0.5)
    page = open_as(pavel, size=size, theme=theme)
    for address in (
        "/learn/atlas/",
        "/learn/atlas/?pair=monocyte-atypical_lymphocyte",
        "/learn/atlas/?difficulty=hard",
        "/learn/atlas/monocyte/",
        "/learn/atlas/compare/",
        f"/learn/atlas/compare/?left={cell.pk}&right=atypical_lymphocyte",
        f"/learn/cells/{cell.pk}/",
        "/learn/atlas/fields/",
        f"/learn/atlas/fields/{field.pk}/",
    ):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address


def test_the_boxes_of_a_field_are_hidden_with_their_key(open_as, pavel, transactional_db):
    field = teaching_field("monocyte", "")
    page = open_as(pavel)
    page.goto(f"/learn/atlas/fields/{field.pk}/")
    expect(page.locator(".learn-field .boxes rect.line")).to_have_count(2)
    expect(page.locator(".learn-field .boxes")).to_be_visible()
    page.keyboard.press("o")
    expect(page.locator(".learn-field .boxes")).to_be_hidden()
    page.get_by_label("Show the boxes").check()
    expect(page.locator(".learn-field .boxes")).to_be_visible()
