"""A class too large for the screen: what was never displayed is not confirmed with the rest."""

import pytest
from playwright.sync_api import expect

from tests.browser.reviewing.steps import all_saved, cells_of, pictures_shown, press, start
from tests.factories.analysed_cases import analysed_case
from tests.factories.drawn_images import drawn_images


@pytest.fixture
def page(open_as, transactional_db, riverside, amina, pavel):
    """The workspace of 200 cells, at the first neutrophil; the neutrophils fill more than a screen."""
    case = analysed_case(riverside, images=drawn_images(8), created_by=amina)
    page = start(open_as(pavel), case)
    page.locator(".rv-group.cell-neutrophil .rv-tile").first.click()
    pictures_shown(page)
    page.case = case
    return page


def waiting(page):
    return cells_of(page.case).unreviewed().filter(label="neutrophil")


def test_confirming_a_class_leaves_the_cells_that_were_not_on_the_screen(page):
    everything = waiting(page).count()
    head = page.locator(".rv-group.cell-neutrophil .rv-confirm-all")
    expect(head).to_contain_text("not seen yet")
    press(page, "Shift+Space")
    page.locator("[data-say]", has_text="not seen yet: look at them").wait_for()
    all_saved(page)
    left = waiting(page).count()
    assert 0 < left < everything
    shown = set(
        page.locator(".rv-group.cell-neutrophil .rv-tile.reviewed").evaluate_all(
            "all => all.map((one) => one.dataset.cell)"
        )
    )
    assert shown.isdisjoint(str(pk) for pk in waiting(page).values_list("pk", flat=True))


def test_page_by_page_the_whole_class_is_confirmed(page):
    while left := waiting(page).count():
        pictures_shown(page)
        press(page, "Shift+Space")
        all_saved(page)
        expect(page.locator(".rv-group.cell-neutrophil .rv-tile.reviewed").first).to_be_visible()
        assert waiting(page).count() < left
    assert page.locator(".rv-group.cell-neutrophil .rv-count").inner_text().endswith("all reviewed")


def test_moving_a_chosen_class_leaves_the_cells_that_were_not_on_the_screen(page):
    press(page, "Control+a", "5")
    page.locator("[data-say]", has_text="not seen yet").wait_for()
    all_saved(page)
    assert waiting(page).exists()
    assert cells_of(page.case).filter(label="monocyte", label_source="human").exists()
