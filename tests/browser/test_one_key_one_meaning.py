"""The field viewer and the review answer to one map of keys, the person's own."""

import pytest
from playwright.sync_api import expect

from review.models import KeyMap
from tests.browser.reviewing.steps import open_review
from tests.factories.analysed_cases import analysed_case
from tests.factories.drawn_images import drawn_images


@pytest.fixture
def case(transactional_db, riverside, amina):
    return analysed_case(riverside, images=drawn_images(2), created_by=amina)


@pytest.fixture
def viewer(case):
    """`viewer(page)` opens the first field of the case."""

    def open_(page):
        page.goto(f"/images/{case.images.order_by('ordinal').first().pk}/")
        page.locator("[role=option][aria-selected=true]").wait_for()
        return page

    return open_


@pytest.fixture
def review(case):
    """`review(page)` opens the review of the case."""

    def open_(page):
        open_review(page, case)
        page.locator("[data-loading]").wait_for(state="hidden")
        return page

    return open_


@pytest.fixture(params=["viewer", "review"])
def opened(request):
    """Opens one of the two pages."""
    return request.getfixturevalue(request.param)


def scale(page):
    return page.locator("[data-scale-bar]").evaluate("bar => bar.style.width + bar.innerText")


def current(page):
    return page.locator("[role=option][aria-selected=true]").get_attribute("id")


def test_j_and_k_go_to_the_next_cell_and_back_on_both_pages(open_as, pavel, opened):
    page = opened(open_as(pavel))
    first = current(page)
    page.keyboard.press("j")
    assert current(page) != first
    page.keyboard.press("k")
    assert current(page) == first


def test_o_hides_the_boxes_on_both_pages(open_as, pavel, opened):
    page = opened(open_as(pavel))
    page.keyboard.press("o")
    expect(page.get_by_role("button", name="Boxes")).to_have_attribute("aria-pressed", "false")


def test_plus_zooms_in_and_w_shows_the_whole_field_on_both_pages(open_as, pavel, opened):
    page = opened(open_as(pavel))
    page.keyboard.press("w")
    whole = scale(page)
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.wait_for_function(
        "whole => (bar => bar.style.width + bar.innerText)(document.querySelector('[data-scale-bar]')) !== whole",
        arg=whole,
    )
    page.keyboard.press("w")
    page.wait_for_function(
        "whole => (bar => bar.style.width + bar.innerText)(document.querySelector('[data-scale-bar]')) === whole",
        arg=whole,
    )


@pytest.mark.parametrize("key", ["?", "h"])
def test_question_mark_and_h_open_the_help_on_both_pages(open_as, pavel, opened, key):
    page = opened(open_as(pavel))
    page.keyboard.press(key)
    expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_contain_text("eys")


def test_the_letters_of_the_classes_do_nothing_in_the_viewer(open_as, pavel, viewer):
    page = viewer(open_as(pavel))
    before = (page.url, current(page), scale(page))
    for key in "0123456789nebuflmirp":
        page.keyboard.press(key)
    assert (page.url, current(page), scale(page)) == before
    expect(page.get_by_role("button", name="Boxes")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_key_that_a_person_chose_works_on_both_pages(open_as, pavel, opened):
    KeyMap.objects.create(user=pavel, keys={"boxes": ["y"]})
    page = opened(open_as(pavel))
    boxes = page.get_by_role("button", name="Boxes")
    page.keyboard.press("o")
    expect(boxes).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("y")
    expect(boxes).to_have_attribute("aria-pressed", "false")
    assert "(Y)" in boxes.get_attribute("title")
