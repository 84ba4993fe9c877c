"""A quiz: the first answer counts, in its time, while its set is open, and only of cells that are still taught."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from education.models import (
    Answer,
    Assignment,
    AssignmentKind,
    Attempt,
    AttemptItem,
    AttemptState,
    Feedback,
    MaterialState,
    SetState,
    TeachingCell,
    TeachingSet,
    Truth,
)
from education.selectors.crowd import crowd_of
from education.selectors.progress import progress_of
from education.services.answers import answer_item, show_next
from education.services.attempts import end_attempt, start_attempt, start_wrong_again
from hematovision.errors import Conflict, NotFound, Unprocessable
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def cells():
    return [teaching_cell(code) for code in ("neutrophil", "monocyte", "lymphocyte", "eosinophil", "basophil")]


@pytest.fixture
def quiz(cells):
    return teaching_set(*cells, title="First cells")


def answer_next(student, attempt, label=None, *, wrong=False):
    """Answer the question that is asked now, rightly unless told otherwise."""
    _, item = show_next(actor=student, attempt=attempt.pk)
    right = item.cell.cell_class
    given = label or ("platelet" if wrong else right)
    return answer_item(actor=student, attempt=attempt.pk, position=item.position, label=given)


def answer_all(student, attempt, *, wrong=()):
    while show_next(actor=student, attempt=attempt.pk)[1]:
        _, item = show_next(actor=student, attempt=attempt.pk)
        answer_next(student, attempt, wrong=item.cell.cell_class in wrong)


def shown_before(attempt, seconds):
    AttemptItem.objects.filter(attempt=attempt, shown_at__isnull=False, answers=None).update(
        shown_at=timezone.now() - timedelta(seconds=seconds)
    )


def test_a_list_is_asked_whole_in_an_order_that_its_seed_tells(sami, central, quiz, cells):
    first = start_attempt(actor=sami, teaching_set=quiz, seed=7)
    other = start_attempt(actor=person("Rosa", Role.STUDENT, central), teaching_set=quiz, seed=7)
    orders = [list(each.items.values_list("cell_id", flat=True)) for each in (first, other)]
    assert orders[0] == orders[1]
    assert set(orders[0]) == {cell.pk for cell in cells}


def test_a_set_without_a_list_draws_evenly_what_is_open_and_agreed_on(sami, central):
    for code in ("neutrophil", "band", "monocyte", "lymphocyte"):
        for _ in range(4):
            teaching_cell(code)
    teaching_cell("monocyte", truth=Truth.SINGLE)
    teaching_cell("monocyte", state=MaterialState.DRAFT)
    teaching_cell("monocyte", laboratory=laboratory("northern-laboratory"))
    made = teaching_set(classes=["neutrophil", "monocyte"], length=8)
    attempt = start_attempt(actor=sami, teaching_set=made)
    asked = TeachingCell.objects.filter(items__attempt=attempt)
    assert asked.filter(cell_class="monocyte").count() == 4
    # A band is a neutrophil where a set does not ask for finer classes.
    assert asked.filter(cell_class__in=["neutrophil", "band"]).count() == 4
    assert set(asked.values_list("truth", "state", "laboratory")) == {(Truth.PUBLISHED, MaterialState.OPEN, None)}


def test_an_adaptive_set_asks_one_cell_after_the_other_and_ends(sami):
    for code in ("neutrophil", "monocyte"):
        for _ in range(5):
            teaching_cell(code)
    attempt = start_attempt(actor=sami, teaching_set=teaching_set(adaptive=True, length=6))
    assert attempt.items.count() == 0
    answer_all(sami, attempt)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.items.count()) == (AttemptState.FINISHED, 6)


def test_beginning_again_goes_on_with_what_is_under_way(sami, quiz):
    begun = start_attempt(actor=sami, teaching_set=quiz)
    assert start_attempt(actor=sami, teaching_set=quiz) == begun


def test_a_set_without_cells_is_not_begun(sami):
    with pytest.raises(Conflict, match="no cells"):
        start_attempt(actor=sami, teaching_set=teaching_set())


def test_the_first_answer_counts(sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    item = answer_next(sami, attempt)
    with pytest.raises(Conflict, match="first answer counts"):
        answer_item(actor=sami, attempt=attempt.pk, position=item.position, label="platelet")
    assert Answer.objects.get(item=item).correct is True


def test_a_question_that_was_not_asked_is_not_answered(sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    with pytest.raises(Conflict, match="not asked"):
        answer_item(actor=sami, attempt=attempt.pk, position=3, label="monocyte")


def test_an_answer_is_one_of_the_classes_asked_for(sami, cells):
    attempt = start_attempt(actor=sami, teaching_set=teaching_set(*cells[:2], classes=["neutrophil", "monocyte"]))
    with pytest.raises(Unprocessable):
        answer_next(sami, attempt, "basophil")


def test_questions_of_others_are_not_there(sami, central, quiz):
    rosa = person("Rosa", Role.STUDENT, central)
    theirs = start_attempt(actor=rosa, teaching_set=quiz)
    mine = start_attempt(actor=sami, teaching_set=quiz)
    show_next(actor=rosa, attempt=theirs.pk)
    for attempt, position in ((theirs, 1), (mine, 99)):
        with pytest.raises(NotFound):
            answer_item(actor=sami, attempt=attempt.pk, position=position, label="monocyte")


def test_after_the_set_closed_nothing_is_answered_and_the_time_is_said(sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    _, item = show_next(actor=sami, attempt=attempt.pk)
    TeachingSet.objects.filter(pk=quiz.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Conflict) as refused:
        answer_item(actor=sami, attempt=attempt.pk, position=item.position, label="monocyte")
    assert refused.value.details["closed_at"] == TeachingSet.objects.get(pk=quiz.pk).closes_at.isoformat()
    assert show_next(actor=sami, attempt=attempt.pk)[1] is None
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.FINISHED


def test_after_an_attempt_ended_nothing_is_answered_and_the_time_is_said(sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    _, item = show_next(actor=sami, attempt=attempt.pk)
    end_attempt(actor=sami, attempt=attempt)
    with pytest.raises(Conflict) as refused:
        answer_item(actor=sami, attempt=attempt.pk, position=item.position, label="monocyte")
    assert refused.value.details["ended_at"] == Attempt.objects.get(pk=attempt.pk).finished_at.isoformat()


def recall(cell):
    TeachingCell.objects.filter(pk=cell.pk).update(
        state=MaterialState.RECALLED, picture="", recalled_at=timezone.now(), recalled_because="withdrawn"
    )


def test_a_cell_that_is_recalled_before_its_answer_is_left_out(sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    _, item = show_next(actor=sami, attempt=attempt.pk)
    recall(item.cell)
    assert answer_item(actor=sami, attempt=attempt.pk, position=item.position, label="platelet").skipped
    assert not Answer.objects.exists()
    assert show_next(actor=sami, attempt=attempt.pk)[1].cell != item.cell


def test_a_cell_that_is_recalled_after_its_answer_gives_and_takes_no_marks(client, sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    answer_all(sami, attempt, wrong={"monocyte"})
    recall(attempt.items.get(cell__cell_class="monocyte").cell)
    client.force_login(sami)
    page = client.get(reverse("education:result", args=[attempt.pk])).text
    assert "4 of 4" in page
    assert "Every answer was right." in page
    assert len(progress_of(sami, timezone.now()).readings) == 4


def test_an_answer_after_its_time_counts_as_none(sami, quiz):
    TeachingSet.objects.filter(pk=quiz.pk).update(seconds_each=10)
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    _, item = show_next(actor=sami, attempt=attempt.pk)
    shown_before(attempt, 11)  # what the line takes is not the student's
    answer_item(actor=sami, attempt=attempt.pk, position=item.position, label=item.cell.cell_class)
    _, late = show_next(actor=sami, attempt=attempt.pk)
    shown_before(attempt, 20)
    answer_item(actor=sami, attempt=attempt.pk, position=late.position, label=late.cell.cell_class)
    kept = {answer.item_id: answer for answer in Answer.objects.all()}
    assert (kept[item.pk].correct, kept[late.pk].label, kept[late.pk].correct) == (True, "", False)
    assert 11_000 <= kept[item.pk].ms < 12_000


def test_a_question_that_nobody_answered_in_time_is_over(sami, quiz):
    TeachingSet.objects.filter(pk=quiz.pk).update(seconds_each=10)
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    _, left = show_next(actor=sami, attempt=attempt.pk)
    shown_before(attempt, 60)
    assert show_next(actor=sami, attempt=attempt.pk)[1].position == left.position + 1
    assert Answer.objects.get(item=left).correct is False


def test_a_cell_counts_the_first_answer_of_each_person(sami, central, quiz):
    for student in (sami, person("Rosa", Role.STUDENT, central)):
        for _ in range(2):
            answer_all(student, start_attempt(actor=student, teaching_set=quiz), wrong={"monocyte"})
    counted = dict(TeachingCell.objects.values_list("cell_class", "asked"))
    assert set(counted.values()) == {2}
    assert TeachingCell.objects.get(cell_class="monocyte").right == 0


def test_how_others_answered_is_told_from_ten_answers_on(sami, quiz):
    answer_all(sami, start_attempt(actor=sami, teaching_set=quiz), wrong={"monocyte"})
    cell = TeachingCell.objects.get(cell_class="monocyte")
    TeachingCell.objects.filter(pk=cell.pk).update(asked=9, right=3)
    cell.refresh_from_db()
    assert crowd_of(cell, finer=False) is None
    TeachingCell.objects.filter(pk=cell.pk).update(asked=412, right=293)
    cell.refresh_from_db()
    told = crowd_of(cell, finer=False)
    assert (told.asked, told.right_words, told.taken_for) == (412, "71 %", "platelet")


def test_the_wrong_ones_are_asked_again_and_nothing_else(sami, quiz):
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    answer_all(sami, attempt, wrong={"monocyte", "basophil"})
    attempt.refresh_from_db()
    again = start_wrong_again(actor=sami, attempt=attempt)
    assert set(again.items.values_list("cell__cell_class", flat=True)) == {"monocyte", "basophil"}
    answer_all(sami, again)
    again.refresh_from_db()
    with pytest.raises(Conflict, match="was wrong"):
        start_wrong_again(actor=sami, attempt=again)


def test_a_set_that_is_answered_once_is_not_begun_twice(sami, quiz):
    TeachingSet.objects.filter(pk=quiz.pk).update(repeats=False)
    answer_all(sami, start_attempt(actor=sami, teaching_set=quiz))
    quiz.refresh_from_db()
    with pytest.raises(Conflict, match="answered once"):
        start_attempt(actor=sami, teaching_set=quiz)


def told(student, attempt):
    return Attempt.objects.of(student).told_at(timezone.now()).filter(pk=attempt.pk).exists()


def test_feedback_waits_for_the_end_and_for_the_closing(sami, quiz):
    TeachingSet.objects.filter(pk=quiz.pk).update(feedback=Feedback.AT_END)
    at_end = start_attempt(actor=sami, teaching_set=quiz)
    answer_next(sami, at_end)
    assert not told(sami, at_end)
    answer_all(sami, at_end)
    assert told(sami, at_end)
    TeachingSet.objects.filter(pk=quiz.pk).update(feedback=Feedback.NONE)
    assert not told(sami, at_end)
    TeachingSet.objects.filter(pk=quiz.pk).update(state=SetState.CLOSED)
    assert told(sami, at_end)


def test_a_proficiency_test_is_answered_once_and_sealed_until_it_closes(client, sami, pavel, quiz):
    due = timezone.now() + timedelta(days=1)
    given = Assignment.objects.create(
        teaching_set=quiz, kind=AssignmentKind.PROFICIENCY, person=sami, given_by=pavel, due_at=due
    )
    attempt = start_attempt(actor=sami, teaching_set=quiz)
    answer_all(sami, attempt, wrong={"monocyte"})
    client.force_login(sami)
    page = client.get(reverse("education:result", args=[attempt.pk])).text
    assert "Your answers are kept" in page
    assert "Monocyte" not in page
    assert "Nothing answered yet" in client.get(reverse("education:home")).text
    with pytest.raises(Conflict, match="answered once"):
        start_attempt(actor=sami, teaching_set=quiz)
    with pytest.raises(Conflict, match="not told"):
        start_wrong_again(actor=sami, attempt=Attempt.objects.get(pk=attempt.pk))
    Assignment.objects.filter(pk=given.pk).update(due_at=timezone.now())
    assert "4 of 5" in client.get(reverse("education:result", args=[attempt.pk])).text
