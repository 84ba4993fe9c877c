"""Deciding on cells with the keyboard: every key of the sheet, undone through the whole session."""

from uuid import UUID

from playwright.sync_api import expect

from cases.models import Cell
from cases.states import CaseState
from classifier.models import Prediction
from review.models import ReviewAction
from tests.browser.reviewing.steps import (
    DIGITS,
    all_saved,
    cells_of,
    cursor,
    field_shown,
    open_review,
    pictures_shown,
    press,
    start,
)
from tests.factories.analysed_cases import analysed_case
from tests.factories.drawn_images import drawn_images


def test_every_cell_by_keyboard_alone(open_as, transactional_db, riverside, amina, pavel):
    case = analysed_case(riverside, images=drawn_images(2), created_by=amina)
    assert cells_of(case).count() == 50
    page = open_as(pavel)
    requests = []
    page.on("request", lambda request: requests.append((request.method, request.url)))
    open_review(page, case)
    requests.clear()
    best = dict(Prediction.objects.filter(cell__image__case=case).values_list("cell_id", "label"))
    # What a reviewer does: name what the model would not name, correct what it got wrong, confirm the rest.
    for keys in range(1, 51):
        cell, says = page.evaluate(
            """() => {
                const tile = document.querySelector(".rv-tile.cursor");
                return [tile.dataset.cell, tile.querySelector(".rv-name").textContent];
            }"""
        )
        named = "unidentified" not in says
        page.keyboard.press("2" if keys % 10 == 0 else "Space" if named else str(DIGITS.index(best[UUID(cell)]) + 1))
        if keys == 1:
            # The first decision claims the case
            page.locator("[data-do=release]:visible").wait_for()
    # Saving goes on behind the typing; how long that takes on a busy machine is the benchmark's business
    all_saved(page, timeout=600_000)
    page.get_by_text("50 of 50").wait_for()
    saved = [url for method, url in requests if method == "POST" and url.endswith("/actions/")]
    by_the_clock = ("/notifications/bell/", "/heartbeat/")
    others = [url for method, url in requests if not url.endswith(("/actions/", "/display", *by_the_clock))]
    assert len(saved) == 50
    # The claim, and the state anew with it; nothing else is asked for however many cells are reviewed. (The bell asks
    # once a minute on every page, and every four minutes the page says that the case is still in hand.)
    assert len(others) <= 2, others
    assert not cells_of(case).unreviewed().exists()
    assert ReviewAction.objects.filter(case=case, by=pavel).count() == 50
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW
    assert case.owner == pavel


def test_a_class_is_confirmed_with_two_keys(open_as, case, pavel):
    page = start(open_as(pavel), case)
    press(page, "ArrowDown")
    while cursor(page).label == "unidentified":
        press(page, "ArrowDown")
    label = cursor(page).label
    pictures_shown(page)
    press(page, "Shift+Space")
    all_saved(page)
    assert not cells_of(case).unreviewed().filter(label=label).exists()
    assert cells_of(case).unreviewed().exists()
    assert ReviewAction.objects.filter(case=case).count() == 1
    # And all of the class are chosen and moved with two more
    before = cells_of(case).filter(label=label).count()
    page.locator(f".rv-group.cell-{label} .rv-tile").first.click()
    press(page, "Control+a", "5")
    all_saved(page)
    assert not cells_of(case).filter(label=label).exclude(label="monocyte").exists()
    assert cells_of(case).filter(label="monocyte").count() >= before


def test_a_range_is_excluded_with_a_reason_and_counted_again(open_as, case, pavel):
    page = start(open_as(pavel), case)
    pictures_shown(page)
    press(page, "Shift+ArrowRight", "Shift+ArrowRight", "x")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Why do these 3 cells not count?")).to_be_visible()
    press(page, "2")
    all_saved(page)
    excluded = cells_of(case).filter(excluded=True)
    assert excluded.count() == 3
    assert set(excluded.values_list("exclusion_reason", flat=True)) == {"artefact"}
    page.locator(".rv-beside", has_text="3 excluded").wait_for()
    press(page, "Control+z")
    page.locator("[data-say]", has_text="Undone: 3 cells").wait_for()
    assert cells_of(case).filter(excluded=True).count() == 0
    press(page, "Control+y")
    page.locator("[data-say]", has_text="Done again: 3 cells").wait_for()
    assert cells_of(case).filter(excluded=True).count() == 3


def test_a_reason_of_ones_own(open_as, case, pavel):
    page = start(open_as(pavel), case)
    press(page, "x", "7")
    page.get_by_label("In a few words").fill("Overlaps a fold")
    press(page, "Enter")
    all_saved(page)
    assert ReviewAction.objects.get(case=case).reason == "Overlaps a fold"


def test_undo_goes_through_the_whole_session(open_as, case, pavel):
    before = dict(cells_of(case).values_list("pk", "label"))
    page = start(open_as(pavel), case)
    press(page, "5", "2", "f", "Delete", "3")
    all_saved(page)
    assert ReviewAction.objects.filter(case=case).count() == 5
    for _ in range(5):
        press(page, "Control+z")
    all_saved(page)
    assert dict(cells_of(case).values_list("pk", "label")) == before
    assert not cells_of(case).filter(removed=True).exists()
    assert not cells_of(case).filter(flagged=True).exists()
    expect(page.locator("[data-do=undo]")).to_be_disabled()


def test_an_unidentified_cell_is_not_confirmed(open_as, case, pavel):
    least = cells_of(case).lowest_confidence_first().first()
    Cell.objects.filter(pk=least.pk).update(label="unidentified")
    page = start(open_as(pavel), case)
    expect(page.locator(".rv-tile.cursor")).to_have_attribute("data-cell", str(least.pk))
    press(page, "Space")
    page.get_by_text("An unidentified cell needs a class, or is excluded.").wait_for()
    assert not ReviewAction.objects.filter(case=case).exists()


def test_enter_goes_to_the_field_and_back_without_losing_the_cell(open_as, case, pavel):
    page = start(open_as(pavel), case)
    press(page, "ArrowRight")
    chosen = cursor(page)
    press(page, "Enter")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "application"
    page.locator(".boxes .picked").wait_for()
    width = "document.querySelector('[data-scale-bar]').style.width"
    whole = page.evaluate(width)
    press(page, "+")
    page.wait_for_function(f"whole => {width} !== whole", arg=whole)
    scale = page.evaluate(width)
    press(page, "Enter")
    assert page.evaluate("document.activeElement.dataset.gallery !== undefined")
    assert cursor(page) == chosen
    assert page.evaluate(width) == scale


def test_a_missed_cell_is_drawn_by_keyboard_and_by_pointer(open_as, case, pavel):
    before = cells_of(case).count()
    page = start(open_as(pavel), case)
    field_shown(page)
    press(page, "Enter", "w", "a", "ArrowLeft", "Shift+ArrowRight", "Enter")
    all_saved(page)
    assert cells_of(case).count() == before + 1
    drawn = cells_of(case).get(detector="human")
    assert drawn.width > drawn.height
    assert cursor(page) == drawn
    press(page, "5")
    all_saved(page)
    drawn.refresh_from_db()
    assert drawn.label == "monocyte"
    page.get_by_role("button", name="Missed cell").click()
    area = page.locator("#osd").bounding_box()
    page.mouse.move(area["x"] + 12, area["y"] + area["height"] / 2)
    page.mouse.down()
    page.mouse.move(area["x"] + 62, area["y"] + area["height"] / 2 + 50)
    page.mouse.up()
    page.locator("[data-progress-text]", has_text=f"of {before + 2}").wait_for()
    all_saved(page)
    assert cells_of(case).filter(detector="human").count() == 2


def test_a_false_detection_is_deleted_and_stays_in_the_record(open_as, case, pavel):
    page = start(open_as(pavel), case)
    cell = cursor(page)
    press(page, "Delete")
    page.get_by_text("of 24").wait_for()
    all_saved(page)
    cell.refresh_from_db()
    assert cell.removed
    page.get_by_label("Cells shown").select_option("excluded")
    expect(page.locator(".rv-tile")).to_have_count(1)
    press(page, "Delete")
    all_saved(page)
    cell.refresh_from_db()
    assert not cell.removed
