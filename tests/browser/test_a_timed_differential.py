"""A hundred cells called with keys alone, over a line that breaks and through a reload; the pages on a desktop and a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from education.models import Answer, AttemptItem, Feedback, SetKind
from education.services.attempts import start_attempt
from education.services.differentials import finish_differential
from education.services.proficiency import give_test
from review.key_map import DEFAULT_KEYS
from tests.browser.conftest import cut_the_line
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.factories.teaching import teaching_cell, teaching_set

SMEAR = {"neutrophil": 60, "lymphocyte": 30, "monocyte": 10}
# Of a hundred cells: 60, 30 and 10 % with their exact intervals (Ruemke 1960), behind what the robot calls.
TABLE = {
    "neutrophil": ["60 %", "60 %", "Inside", "49.7 \N{EN DASH} 69.7 %"],
    "lymphocyte": ["36 %", "30 %", "Inside", "21.2 \N{EN DASH} 40 %"],
    "monocyte": ["4 %", "10 %", "Outside", "4.9 \N{EN DASH} 17.6 %"],
}


@pytest.fixture
def differential(transactional_db):
    cells = [teaching_cell(code) for code, number in SMEAR.items() for _ in range(number)]
    return teaching_set(*cells, kind=SetKind.DIFFERENTIAL, feedback=Feedback.AT_END, title="A hundred cells")


def test_a_robot_calls_a_hundred_cells_with_keys_alone(open_as, sami, differential):
    attempt = start_attempt(actor=sami, teaching_set=differential)
    truth = list(
        AttemptItem.objects.filter(attempt=attempt).order_by("position").values_list("cell__cell_class", flat=True)
    )
    # Six of the ten monocytes are taken for lymphocytes.
    monocytes = [number for number, code in enumerate(truth) if code == "monocyte"]
    called = ["lymphocyte" if number in monocytes[:6] else code for number, code in enumerate(truth)]
    page = open_as(sami)
    page.goto(f"/learn/differentials/{attempt.pk}/")

    def press(code):
        page.keyboard.press(DEFAULT_KEYS[f"label.{code}"][0])

    def at(number):
        expect(page.locator("[data-number]")).to_have_text(str(number))
        page.wait_for_function("() => document.querySelector('[data-picture]').naturalWidth > 0")

    for number, code in enumerate(called, start=1):
        at(number)
        if number == 20:
            press("platelet")
            page.keyboard.press("Control+z")
            at(number)
        if number == 40:
            expect(page.locator("[data-progress]")).to_have_attribute("value", "39")
            page.reload()
            at(number)
        if number == 60:
            cut_the_line(page)
        if number == 64:
            page.context.set_offline(False)
        press(code)
    expect(page.get_by_text("Every cell is called.")).to_be_visible()
    expect(page.get_by_role("button", name="Finish and see the result")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/result/")
    expect(page.get_by_text("Not passed")).to_be_visible()
    shown = {
        row.get_attribute("data-class"): row.locator("td").all_inner_texts()[:4]
        for row in page.locator("[data-result] tbody tr").all()
    }
    assert shown == TABLE
    kept = Answer.objects.filter(item__attempt=attempt)
    assert (kept.filter(undo=False).count(), kept.filter(undo=True).count()) == (101, 1)
    assert list(kept.standing().order_by("item__position").values_list("label", flat=True)) == called


def test_the_clock_runs_on_through_a_reload(open_as, sami, differential):
    attempt = start_attempt(actor=sami, teaching_set=differential)
    attempt.started_at -= timedelta(minutes=12)
    attempt.save()
    page = open_as(sami)
    page.goto(f"/learn/differentials/{attempt.pk}/")
    expect(page.get_by_role("timer")).to_have_text("12:01", timeout=30_000)


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_differentials_and_tests(open_as, violations, sami, pavel, transactional_db, size, theme):
    cells = [teaching_cell(code) for code in ("monocyte", "lymphocyte", "neutrophil", "erythroblast")]
    asked = teaching_set(*cells, kind=SetKind.DIFFERENTIAL, feedback=Feedback.AT_END, title="Four cells")
    attempt = start_attempt(actor=sami, teaching_set=asked)
    page = open_as(sami, size=size, theme=theme)

    def check(page, address):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address

    check(page, "/learn/progress/")
    check(page, f"/learn/differentials/{attempt.pk}/")
    page.keyboard.press("m")
    page.keyboard.press("m")
    expect(page.locator("[data-number]")).to_have_text("3")
    expect(page.locator("[data-trouble]")).to_be_hidden()
    finish_differential(actor=sami, attempt=attempt.pk)
    check(page, f"/learn/differentials/{attempt.pk}/result/")
    check(page, "/learn/progress/")
    test = teaching_set(*cells, title="For the laboratory")
    given = give_test(actor=pavel, teaching_set=test, people=[sami], due_at=timezone.now() + timedelta(days=1))
    page = open_as(pavel, size=size, theme=theme)
    check(page, "/learn/proficiency/")
    check(page, f"/learn/proficiency/{given[0].pk}/")
    start_attempt(actor=sami, teaching_set=test)
    given[0].due_at = timezone.now()
    given[0].save()
    check(page, f"/learn/proficiency/{given[0].pk}/")
