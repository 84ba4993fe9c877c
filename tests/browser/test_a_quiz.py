"""A set finished with the keyboard alone, and without scripts; its pages on a desktop and a phone."""

import pytest
from playwright.sync_api import expect

from education.models import Answer, Attempt, TeachingSet
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from tests.browser.test_every_page_is_accessible import LOOKS
from tests.browser.test_with_the_keyboard_alone import tab_to
from tests.factories.teaching import teaching_cell, teaching_set


@pytest.fixture
def quiz(transactional_db):
    cells = (teaching_cell(code, asked=20, right=10) for code in ("monocyte", "lymphocyte", "eosinophil"))
    return teaching_set(*cells, title="First cells", about="Five classes to begin with.")


def test_a_set_is_finished_with_the_keyboard_alone(open_as, sami, quiz):
    page = open_as(sami)
    page.goto("/learn/")
    tab_to(page, "First cells")
    page.keyboard.press("Enter")
    page.wait_for_url("**/learn/sets/*/")
    tab_to(page, "Begin")
    page.keyboard.press("Enter")
    # The first by its letter and the space bar, the second by its digit and Enter, the third by Tab.
    for number, way, on in ((1, "m", " "), (2, "4", "Enter"), (3, None, "Enter")):
        expect(page.get_by_role("heading", name=f"Question {number} of 3")).to_be_visible()
        page.locator("[data-quiz=question][data-ready]").wait_for()
        if way is None:
            page.get_by_role("button", name="Eosinophil").press("Enter")
        else:
            page.keyboard.press(way)
        expect(page.get_by_role("link", name="To the result" if number == 3 else "Next cell")).to_be_focused()
        page.keyboard.press(on)
    page.wait_for_url("**/result/")
    expect(page.get_by_role("heading", name="Result of First cells")).to_be_visible()
    assert sorted(Answer.objects.values_list("label", flat=True)) == ["eosinophil", "lymphocyte", "monocyte"]


def test_a_set_is_finished_without_scripts(open_as, sami, quiz):
    page = open_as(sami, scripts=False)
    page.goto(f"/learn/sets/{quiz.pk}/")
    page.get_by_role("button", name="Begin").click()
    for _ in range(2):
        page.get_by_role("button", name="Monocyte").click()
        page.get_by_role("link", name="Next cell").click()
    page.get_by_role("button", name="Monocyte").click()
    page.get_by_role("link", name="To the result").click()
    expect(page.get_by_text("33.3 %").first).to_be_visible()


def test_when_the_time_is_over_the_question_is(open_as, sami, quiz):
    TeachingSet.objects.filter(pk=quiz.pk).update(seconds_each=3)
    page = open_as(sami)
    page.goto(f"/learn/sets/{quiz.pk}/")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("timer")).to_have_text("3 seconds left")
    expect(page.get_by_role("heading", name="The time was over.")).to_be_visible()
    assert Answer.objects.get().label == ""


@pytest.mark.parametrize(("size", "theme"), LOOKS)
def test_pages_of_learning(open_as, violations, sami, quiz, size, theme):
    page = open_as(sami, size=size, theme=theme)

    def check(address):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address

    check("/learn/")
    check(f"/learn/sets/{quiz.pk}/")
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    check(f"/learn/attempts/{attempt.pk}/")
    for position in range(1, attempt.items.count() + 1):
        show_next(actor=sami, attempt=attempt.pk)
        answer_item(actor=sami, attempt=attempt.pk, position=position, label="monocyte")
        check(f"/learn/attempts/{attempt.pk}/questions/{position}/")
    assert Attempt.objects.get().finished_at is not None
    check(f"/learn/attempts/{attempt.pk}/result/")
    check("/learn/")
