"""The pages of a quiz: without scripts one page after the other, for the script one part; nothing leads to a case."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from cases.states import CaseState
from education.models import Assignment, Attempt, Feedback, SetState, TeachingCell, TeachingSet, TeachingSource
from education.presenters.choices import choices_of
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from education.services.recall import recall
from education.teaching_classes import DIVIDED, FINER, TEACHING_CLASSES, classes_asked
from review.key_map import DEFAULT_KEYS
from review.models import KeyMap
from tests.factories.reports import signed_report
from tests.factories.specimens import NOON, model_version, specimen
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import person

pytestmark = pytest.mark.django_db
PART = {"X-Part": "quiz"}


@pytest.fixture
def pages(client, sami):
    client.force_login(sami)
    return client


@pytest.fixture
def quiz():
    return teaching_set(teaching_cell("monocyte"), teaching_cell("lymphocyte"), title="Look-alikes")


def address_of(attempt, position):
    return reverse("education:question", args=[attempt.pk, position])


def picture_of(attempt, position):
    return reverse("education:question_picture", args=[attempt.pk, position])


def test_a_set_is_finished_without_scripts(pages, sami, quiz):
    begun = pages.post(reverse("education:start", args=[quiz.pk]), follow=True)
    attempt = Attempt.objects.get()
    assert "Question 1 of 2" in begun.text
    told = pages.post(address_of(attempt, 1), {"label": "platelet"}, follow=True)
    assert told.redirect_chain == [(address_of(attempt, 1), 302)]
    assert "Wrong. It is:" in told.text
    assert "Acevedo et al. 2020, CC BY 4.0" in " ".join(told.text.split())
    pages.get(reverse("education:attempt", args=[attempt.pk]))
    last = attempt.items.get(position=2).cell.cell_class
    told = pages.post(address_of(attempt, 2), {"label": last}, follow=True)
    assert "Right:" in told.text
    result = pages.get(reverse("education:attempt", args=[attempt.pk]), follow=True)
    assert result.redirect_chain == [(reverse("education:result", args=[attempt.pk]), 302)]
    assert "1 of 2" in result.text
    again = pages.post(reverse("education:wrong_again", args=[attempt.pk]), follow=True)
    assert "Question 1 of 1" in again.text


def test_an_answer_of_the_script_is_answered_with_the_part_of_the_page(pages, sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    show_next(actor=sami, attempt=attempt.pk)
    told = pages.post(address_of(attempt, 1), {"label": "platelet"}, headers=PART).text
    assert "<html" not in told
    assert "Wrong. It is:" in told
    assert f'data-next-picture="{picture_of(attempt, 2)}"' in told


@pytest.mark.parametrize("adaptive", [False, True])
def test_a_wrong_answer_is_compared_with_a_cell_of_its_class_that_is_not_asked(pages, sami, pavel, adaptive):
    cells = [teaching_cell(code) for code in ("monocyte", "lymphocyte") for _ in range(6)]
    tested, single = teaching_cell("lymphocyte"), teaching_cell("lymphocyte", truth="single")
    Assignment.objects.create(
        teaching_set=teaching_set(tested),
        kind="proficiency",
        person=sami,
        given_by=pavel,
        due_at=timezone.now() + timedelta(days=1),
    )
    pair = {"classes": ["monocyte", "lymphocyte"], "adaptive": adaptive, "length": 8}
    quiz = teaching_set(**pair) if adaptive else teaching_set(*cells[:8], **pair)
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    compared = set()
    for position in range(1, 9):
        _, item = show_next(actor=sami, attempt=attempt.pk)
        said = {"monocyte": "lymphocyte", "lymphocyte": "monocyte"}[item.cell.cell_class]
        shown = pages.post(address_of(attempt, position), {"label": said}, headers=PART).context["look_alike"]
        if shown is not None:
            assert shown.compared.cell.cell_class == said
            compared.add(shown.compared.cell.pk)
    asked = set(attempt.items.values_list("cell_id", flat=True))
    assert compared
    assert compared.isdisjoint(asked | {tested.pk, single.pk})


def test_a_test_given_meanwhile_is_told_by_no_attempt_begun_before(pages, sami, pavel):
    answered, shown, later, free = (teaching_cell("monocyte") for _ in range(4))
    attempt = start_attempt(actor=sami, teaching_set=teaching_set(answered, shown, later, free))
    for position, cell in enumerate([answered, shown, later, free], start=1):
        attempt.items.filter(position=position).update(cell=cell)
    show_next(actor=sami, attempt=attempt.pk)
    assert "Wrong. It is:" in pages.post(address_of(attempt, 1), {"label": "platelet"}, follow=True).text
    show_next(actor=sami, attempt=attempt.pk)
    tomorrow = timezone.now() + timedelta(days=1)
    test = Assignment.objects.create(
        teaching_set=teaching_set(answered, shown, later),
        kind="proficiency",
        person=sami,
        given_by=pavel,
        due_at=tomorrow,
    )

    refused = pages.post(address_of(attempt, 2), {"label": "platelet"}, follow=True)
    assert "It is left out of your marks." in refused.text
    assert refused.context["item"].cell == free, "the third is left out as well"
    assert pages.get(address_of(attempt, 1)).url == reverse("education:attempt", args=[attempt.pk])
    pages.post(address_of(attempt, 4), {"label": "monocyte"})
    result = pages.get(reverse("education:result", args=[attempt.pk]))
    assert result.context["mistakes"] == []
    assert "1 wrong answer is shown when the test closes that asks the same cell." in " ".join(result.text.split())
    again = pages.post(reverse("education:wrong_again", args=[attempt.pk]))
    assert again.status_code == 409

    Assignment.objects.filter(pk=test.pk).update(due_at=timezone.now())
    assert "Wrong. It is:" in pages.get(address_of(attempt, 1)).text
    assert len(pages.get(reverse("education:result", args=[attempt.pk])).context["mistakes"]) == 1


def test_a_question_leads_to_no_cell_of_the_atlas(pages, sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    asked = pages.get(reverse("education:attempt", args=[attempt.pk]))
    picture = pages.get(picture_of(attempt, 1))
    assert picture.status_code == 200
    said = asked.text + str(picture.headers)
    assert not [cell for cell in TeachingCell.objects.all() if str(cell.pk) in said or cell.pk.hex in said]


@pytest.mark.parametrize(
    ("columns", "ahead"),
    [({}, 200), ({"seconds_each": 10}, 200), ({"seconds_each": 10, "feedback": Feedback.AT_END}, 404)],
    ids=["no-clock", "told-at-once", "timed"],
)
def test_no_picture_is_studied_before_its_clock_runs(pages, sami, columns, ahead):
    cells = [teaching_cell("monocyte") for _ in range(3)]
    attempt = start_attempt(actor=sami, teaching_set=teaching_set(*cells, **columns))
    asked = pages.get(reverse("education:attempt", args=[attempt.pk])).text
    assert (picture_of(attempt, 2) in asked) == (ahead == 200)
    assert [pages.get(picture_of(attempt, n)).status_code for n in (1, 2, 3, 4)] == [200, ahead, 404, 404]


def test_answering_twice_says_so(pages, sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    show_next(actor=sami, attempt=attempt.pk)
    pages.post(address_of(attempt, 1), {"label": "platelet"})
    again = pages.post(address_of(attempt, 1), {"label": "monocyte"}, headers=PART)
    assert (again.status_code, again.json()["code"]) == (409, "answered")
    page = pages.post(address_of(attempt, 1), {"label": "monocyte"})
    assert page.status_code == 409
    assert "The first answer counts." in page.text


def test_of_a_recalled_cell_nothing_is_told_any_more(pages, sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    _, item = show_next(actor=sami, attempt=attempt.pk)
    pages.post(address_of(attempt, 1), {"label": "platelet"})
    assert pages.get(address_of(attempt, 1)).status_code == 200
    recall(actor=None, cells=TeachingCell.objects.filter(pk=item.cell_id), reason="withdrawn")
    assert pages.get(address_of(attempt, 1)).url == reverse("education:attempt", args=[attempt.pk])


@pytest.mark.parametrize("feedback", [Feedback.AT_END, Feedback.NONE])
def test_before_its_time_no_page_tells_what_was_right(pages, sami, quiz, feedback):
    TeachingSet.objects.filter(pk=quiz.pk).update(feedback=feedback, closes_at=timezone.now() + timedelta(days=1))
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    show_next(actor=sami, attempt=attempt.pk)
    answered = pages.post(address_of(attempt, 1), {"label": "platelet"}, headers=PART).text
    assert 'data-quiz="question"' in answered
    assert pages.get(address_of(attempt, 1)).url == reverse("education:attempt", args=[attempt.pk])
    assert "Nothing answered yet" in pages.get(reverse("education:home")).text


def test_the_home_page_says_what_is_given_under_way_and_learned(pages, sami, pavel, quiz):
    Assignment.objects.create(teaching_set=quiz, person=sami, given_by=pavel, due_at=NOON)
    page = pages.get(reverse("education:home")).text
    assert "Given to you" in page
    assert "Overdue" in page
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    show_next(actor=sami, attempt=attempt.pk)
    answer_item(actor=sami, attempt=attempt.pk, position=1, label="platelet")
    page = pages.get(reverse("education:home")).text
    assert "Go on with Look-alikes" in page
    assert "0 of 1" in page
    assert "taken for" in page


def test_whoever_answered_a_set_finds_their_result_when_it_has_closed(pages, client, sami, central, quiz):
    TeachingSet.objects.filter(pk=quiz.pk).update(feedback=Feedback.NONE)
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    for position in (1, 2):
        show_next(actor=sami, attempt=attempt.pk)
        answer_item(actor=sami, attempt=attempt.pk, position=position, label="platelet")
    TeachingSet.objects.filter(pk=quiz.pk).update(state=SetState.CLOSED)
    home, address = pages.get(reverse("education:home")).text, reverse("education:set", args=[quiz.pk])
    assert ("Answered before" in home, f'href="{address}"' in home) == (True, True)
    page = pages.get(address).text
    assert ("This set has closed." in page, reverse("education:result", args=[attempt.pk]) in page) == (True, True)
    assert pages.post(reverse("education:start", args=[quiz.pk])).status_code == 404
    client.force_login(person("Ann", Role.STUDENT, central))
    assert client.get(address).status_code == 404


def test_pages_ask_as_often_for_many_rows_as_for_few(pages, sami):
    def asked(*addresses):
        with CaptureQueriesContext(connection) as captured:
            assert {pages.get(address).status_code for address in addresses} == {200}
        return len(captured)

    def done(size):
        made = teaching_set(*(teaching_cell("monocyte") for _ in range(size)))
        attempt = start_attempt(actor=sami, teaching_set=made)
        for position in range(1, size + 1):
            show_next(actor=sami, attempt=attempt.pk)
            answer_item(actor=sami, attempt=attempt.pk, position=position, label="platelet")
        return reverse("education:result", args=[attempt.pk])

    home, result = reverse("education:home"), done(1)
    asked(home, result)  # warms what is asked once per process
    few = asked(home, result)
    assert asked(home, done(5)) == few


def test_a_wrong_one_leads_to_its_page_unless_another_attempt_still_asks_it(pages, sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    for position in range(1, attempt.items.count() + 1):
        show_next(actor=sami, attempt=attempt.pk)
        answer_item(actor=sami, attempt=attempt.pk, position=position, label="platelet")
    first, second = attempt.items.order_by("position")[:2]
    start_attempt(actor=sami, teaching_set=teaching_set(second.cell))
    page = pages.get(reverse("education:result", args=[attempt.pk])).text
    assert f'href="{reverse("education:cell", args=[first.cell_id])}"' in page
    assert f'href="{reverse("education:cell", args=[second.cell_id])}"' not in page


def test_who_sees_the_material_is_led_there(pages, client, pavel):
    link = f'href="{reverse("education:material")}"'
    assert link not in pages.get(reverse("education:home")).text
    client.force_login(pavel)
    assert link in client.get(reverse("education:home")).text
    empty = client.get(reverse("education:material")).text
    assert f'href="{reverse("education:atlas")}"' in empty.split('class="empty"')[1]
    assert "manage.py import_teaching" in empty


def test_no_key_answers_with_two_classes():
    keys = [key for each in TEACHING_CLASSES for key in DEFAULT_KEYS.get(f"label.{each.code}", [each.key])]
    assert len(keys) == len(set(keys))


def test_the_keys_are_those_of_the_review_and_a_finer_class_gives_way(sami):
    KeyMap.objects.create(user=sami, keys={"label.lymphocyte": ["s"]})
    chosen = {each.teaching_class.code: each.keys for each in choices_of(teaching_set(finer=True), sami)}
    assert chosen["lymphocyte"] == ("s",)
    assert chosen["segmented"] == ()
    assert chosen["monocyte"] == ("5", "m")


def test_a_set_of_finer_classes_asks_for_the_parts_and_not_for_the_whole():
    codes = {each.code for each in classes_asked([], finer=True)}
    assert codes.isdisjoint(DIVIDED)
    assert codes >= {each.code for each in FINER} | {"lymphocyte", "platelet"}


def test_nothing_of_learning_leads_to_a_case(pages, sami, central, amina, pavel):
    made = specimen(by=amina, state=CaseState.SIGNED, number=7103, version=model_version(), owner=pavel)
    report = signed_report(made.case, pavel)
    copied = teaching_cell("monocyte", laboratory=central, source="signed", truth="agreed", licence="", credit="")
    TeachingSource.objects.create(teaching_cell=copied, report=report, cell=made.cells[0])
    quiz = teaching_set(copied, laboratory=central)
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    addresses = [
        reverse("education:home"),
        reverse("education:set", args=[quiz.pk]),
        reverse("education:attempt", args=[attempt.pk]),
    ]
    shown = [pages.get(address).text for address in addresses]
    shown.append(pages.post(address_of(attempt, 1), {"label": "platelet"}, headers=PART).text)
    shown.append(pages.get(reverse("education:result", args=[attempt.pk])).text)
    shown.append(pages.get(reverse("education:home")).text)
    clinical = {
        made.case.accession_number,
        made.patient.mrn,
        made.patient.family_name,
        *(str(row.pk) for row in (made.case, made.patient, made.image, report, *made.cells)),
    }
    clinical |= {text.replace("-", "") for text in clinical}
    found = sorted(text for text in clinical for page in shown if re.search(rf"\b{re.escape(text)}\b", page))
    assert not found
    assert TeachingCell.objects.get(pk=copied.pk).asked == 1
