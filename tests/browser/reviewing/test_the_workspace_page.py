"""The workspace as a page: any number of cells, blind, hidden, on a phone, by its own keys."""

import pytest
from playwright.sync_api import expect

from review.models import KeyMap
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.reviewing.steps import all_saved, cells_of, cursor, open_review, press, start
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.factories.analysed_cases import analysed_case
from tests.factories.drawn_images import drawn_images


def test_2000_cells_make_no_more_tiles_than_are_in_sight(open_as, transactional_db, riverside, amina, pavel):
    case = analysed_case(riverside, images=drawn_images(80), created_by=amina)
    page = start(open_as(pavel), case)
    expect(page.locator("[data-progress-text]")).to_have_text("0 of 2000")
    assert page.locator(".rv-tile").count() < 200
    press(page, "End")
    last = cursor(page)
    press(page, "5")
    all_saved(page)
    last.refresh_from_db()
    assert last.label == "monocyte"
    assert page.locator(".rv-tile").count() < 200


def test_a_case_without_cells(open_as, transactional_db, riverside, amina, pavel):
    case = analysed_case(riverside, [], created_by=amina)
    page = start(open_as(pavel), case)
    expect(page.get_by_text("No cell was detected in these fields.")).to_be_visible()
    press(page, "Space", "5", "Control+a", "ArrowDown")
    page.locator("[data-field-name]", has_text="Field 1 of 1").wait_for()
    page.locator("[data-loading]").wait_for(state="hidden")
    press(page, "a", "Enter")
    page.locator("[data-progress-text]", has_text="0 of 1").wait_for()
    assert cells_of(case).count() == 1


def test_a_blind_laboratory_sends_no_word_of_the_model(open_as, case, central, pavel):
    central.blind_review = True
    central.save()
    page = open_as(pavel)
    answers = []
    page.on("response", lambda response: answers.append(response) if response.url.endswith("/state/") else None)
    start(page, case)
    for answer in answers:
        for cell in answer.json()["cells"]:
            assert cell["label"] == ""
            assert cell["score"] is None
            assert cell["ai"] is None
    expect(page.get_by_text("Not reviewed yet").first).to_be_visible()
    press(page, "Space")
    page.locator("[data-say]", has_text="reviews blinded").wait_for()
    cell = cursor(page)
    press(page, "4")
    all_saved(page)
    cell.refresh_from_db()
    assert cell.label == "lymphocyte"


def test_the_machines_word_can_be_hidden(open_as, case, pavel):
    page = start(open_as(pavel), case)
    press(page, "v")
    expect(page.locator(".rv-group")).to_have_count(1)
    expect(page.locator(".rv-tile.cursor .rv-name")).to_contain_text("not reviewed yet")
    assert page.locator("[data-cell-shares] li").count() == 0
    press(page, "v")
    assert page.locator(".rv-group").count() > 1


def test_a_reviewer_changes_a_key(open_as, case, pavel):
    page = start(open_as(pavel), case)
    press(page, "h")
    dialog = page.get_by_role("dialog", name="Keys of the review")
    dialog.get_by_role("button", name="Change the key for: Flag").click()
    press(page, "n")
    dialog.get_by_text("already means “Neutrophil”").wait_for()
    dialog.get_by_role("button", name="Change the key for: Flag").click()
    press(page, "g")
    dialog.get_by_text("Saved. Your keys").wait_for()
    press(page, "Escape")
    press(page, "g")
    all_saved(page)
    assert cells_of(case).filter(flagged=True).count() == 1
    assert KeyMap.objects.get(user=pavel).keys == {"flag": ["g"]}
    press(page, "h")
    dialog.get_by_role("button", name="Default keys").click()
    dialog.get_by_text("default ones again").wait_for()
    assert not KeyMap.objects.filter(user=pavel).exclude(keys={}).exists()


def test_back_from_the_case_page_finds_the_place_again(open_as, case, pavel):
    page = start(open_as(pavel), case)
    press(page, "ArrowRight", "ArrowRight")
    chosen = cursor(page)
    page.get_by_role("link", name="Back to case").click()
    page.wait_for_url(f"**/cases/{case.pk}/")
    page.go_back()
    page.locator("[data-gallery][aria-busy=false]").wait_for()
    page.locator(".rv-tile.cursor").wait_for()
    expect(page.locator(".rv-tile.cursor")).to_have_attribute("data-cell", str(chosen.pk))
    expect(page.locator("[data-do=release]")).to_be_visible()


def test_the_chosen_cell_is_discussed_beside_the_review(open_as, case, pavel):
    page = start(open_as(pavel), case)
    with page.context.expect_page() as opened:
        press(page, "q")
    beside = opened.value
    cell = cursor(page)
    beside.get_by_role("heading", name=f"Discussion of field 1, cell {cell.ordinal}").wait_for()
    beside.get_by_label("Write about this cell").fill("Kidney-shaped nucleus.")
    beside.get_by_role("button", name="Add to the discussion").click()
    beside.get_by_text("Kidney-shaped nucleus.").wait_for()
    assert cell.comments.get().by == pavel


def test_reviewing_on_a_phone(open_as, case, pavel):
    page = open_review(open_as(pavel, size=PHONE), case)
    page.get_by_role("button", name="Start the review").tap()
    page.locator("[data-do=release]:visible").wait_for()
    page.get_by_role("button", name="Monocyte", exact=True).tap()
    all_saved(page)
    assert cells_of(case).filter(label="monocyte", label_source="human").count() == 1
    page.get_by_role("button", name="Field", exact=True).tap()
    expect(page.locator("#osd")).to_be_visible()
    page.get_by_role("button", name="Count", exact=True).tap()
    expect(page.get_by_role("table", name="Differential of the counted leukocytes")).to_be_visible()


def test_those_who_do_not_read_are_told_so(open_as, case, ines):
    page = open_as(ines)
    assert page.goto(f"/cases/{case.pk}/review/").status == 403
    expect(page.get_by_text("Cases are reviewed by the pathologists of their laboratory.")).to_be_visible()


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_the_workspace_is_accessible(open_as, violations, case, pavel, size, theme):
    page = open_as(pavel, size=size, theme=theme)
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_visible()
    assert violations(page) == []
    start(page, case)
    page.locator("[data-loading]").wait_for(state="hidden")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_parts_of_the_workspace_are_accessible_on_a_phone(open_as, violations, case, pavel, theme):
    page = open_as(pavel, size=PHONE, theme=theme)
    start(page, case)
    page.locator("[data-loading]").wait_for(state="hidden")
    for part in ("Field", "Count"):
        page.get_by_role("button", name=part, exact=True).tap()
        assert violations(page) == [], part
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], part


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sheets_of_the_workspace_are_accessible(open_as, violations, case, pavel, theme):
    page = open_as(pavel, size=DESKTOP, theme=theme)
    start(page, case)
    page.locator("[data-loading]").wait_for(state="hidden")
    for key, name in (("x", "Why does this cell not count?"), ("h", "Keys of the review")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        assert violations(page) == [], name
        page.keyboard.press("Escape")
