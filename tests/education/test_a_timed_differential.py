"""The calls of a timed differential: in order, taken back from the end, each kept once, and closed with the set."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from education.models import Answer, AttemptState, Feedback, MaterialState, SetKind, TeachingCell, TeachingSet
from education.selectors.differentials import outcome_of
from education.services.attempts import start_attempt
from education.services.differentials import (
    MOST_TURNS,
    Entry,
    call_cell,
    finish_differential,
    finish_when_closed,
    save_entries,
    take_back,
)
from education.services.shipped_differential import CELLS, ensure_shipped_differential
from hematovision.errors import Conflict, NotFound, Unprocessable
from tests.factories.teaching import teaching_cell, teaching_set
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def sami():
    return person("Sami", Role.STUDENT, laboratory("central-laboratory"))


@pytest.fixture
def attempt(sami):
    cells = [teaching_cell("monocyte") for _ in range(4)]
    asked = teaching_set(*cells, kind=SetKind.DIFFERENTIAL, feedback=Feedback.AT_END)
    return start_attempt(actor=sami, teaching_set=asked, seed=1)


@pytest.fixture
def save(sami, attempt):
    return lambda *entries: save_entries(actor=sami, attempt=attempt.pk, entries=[Entry(*each) for each in entries])


def rows(attempt):
    found = Answer.objects.filter(item__attempt=attempt).order_by("item__position", "turn")
    return list(found.values_list("item__position", "turn", "label", "undo", "correct"))


def test_calls_are_kept_in_order_and_an_undo_is_a_row(save, attempt):
    assert save((1, 0, "monocyte", 900), (2, 0, "basophil", 700), (2, 1, "", 0), (2, 2, "monocyte", 800)) == 4
    assert rows(attempt) == [
        (1, 0, "monocyte", False, True),
        (2, 0, "basophil", False, False),
        (2, 1, "", True, None),
        (2, 2, "monocyte", False, True),
    ]


def test_what_comes_twice_is_kept_once(save, attempt):
    save((1, 0, "monocyte", 900))
    assert save((1, 0, "monocyte", 900), (2, 0, "monocyte", 900)) == 1
    assert len(rows(attempt)) == 2


@pytest.mark.parametrize(
    "entry",
    [(1, 0, "basophil", 9), (1, 1, "basophil", 9), (3, 0, "monocyte", 9), (2, 1, "monocyte", 9), (2, 0, "", 9)],
    ids=["another class", "called already", "not its turn", "a turn is missing", "nothing to take back"],
)
def test_what_does_not_follow_is_refused_whole(save, attempt, entry):
    save((1, 0, "monocyte", 900))
    with pytest.raises(Conflict, match="another window"):
        save((2, 0, "monocyte", 9), (2, 1, "", 9), entry)
    assert len(rows(attempt)) == 1


def test_only_the_last_call_is_taken_back(save):
    save((1, 0, "monocyte", 9), (2, 0, "monocyte", 9))
    with pytest.raises(Conflict):
        save((1, 1, "", 9))


def test_the_servers_clock_bounds_the_times(save, attempt):
    save((1, 0, "monocyte", 3_600_000), (2, 0, "monocyte", 3_600_000))
    assert sum(Answer.objects.filter(item__attempt=attempt).values_list("ms", flat=True)) < 3_600_000


def test_a_class_that_the_set_does_not_ask_for(save):
    with pytest.raises(Unprocessable):
        save((1, 0, "blast", 9))


@pytest.mark.parametrize("position", [0, 9])
def test_a_cell_of_no_place(save, position):
    with pytest.raises(NotFound):
        save((position, 0, "monocyte", 9))


def test_a_cell_is_taken_back_so_often_and_its_last_class_stays(save, attempt):
    save(*((1, turn, "" if turn % 2 else "monocyte", 0) for turn in range(MOST_TURNS)))
    with pytest.raises(Unprocessable, match="Its last class stays"):
        save((1, MOST_TURNS, "", 0))
    assert len(rows(attempt)) == MOST_TURNS
    assert rows(attempt)[-1][2] == "monocyte"
    save((2, 0, "monocyte", 9))


def test_a_cell_recalled_meanwhile_is_skipped(save, attempt):
    cell = attempt.items.get(position=2).cell
    TeachingCell.objects.filter(pk=cell.pk).update(state=MaterialState.RECALLED, picture="", recalled_at=timezone.now())
    assert save((1, 0, "monocyte", 9), (2, 0, "monocyte", 9), (3, 0, "monocyte", 9)) == 2
    outcome = outcome_of(attempt)
    assert (outcome.skipped, len(outcome.calls)) == (1, 3)


def test_somebody_elses_is_not_there(sami, attempt):
    nadia = person("Nadia", Role.STUDENT, sami.laboratory)
    with pytest.raises(NotFound):
        call_cell(actor=nadia, attempt=attempt.pk, position=1, label="monocyte")
    with pytest.raises(NotFound):
        take_back(actor=nadia, attempt=attempt.pk)
    with pytest.raises(NotFound):
        finish_differential(actor=nadia, attempt=attempt.pk)


def test_after_the_end_nothing_is_called_and_difficulty_is_counted(sami, save, attempt):
    save(
        *((position, 0, "monocyte", 9) for position in (1, 2)),
        (3, 0, "basophil", 9),
        (4, 0, "basophil", 9),
        (4, 1, "", 9),
    )
    finish_differential(actor=sami, attempt=attempt.pk)
    counted = attempt.items.order_by("position").values_list("cell__asked", "cell__right")
    assert list(counted) == [(1, 1), (1, 1), (1, 0), (0, 0)]
    with pytest.raises(Conflict, match="ended on"):
        save((4, 2, "monocyte", 9))
    with pytest.raises(Conflict, match="ended on"):
        finish_differential(actor=sami, attempt=attempt.pk)


def test_a_second_attempt_says_nothing_more_of_the_cells(sami, save, attempt):
    save((1, 0, "monocyte", 9))
    finish_differential(actor=sami, attempt=attempt.pk)
    again = start_attempt(actor=sami, teaching_set=attempt.teaching_set, seed=1)
    call_cell(actor=sami, attempt=again.pk, position=1, label="monocyte")
    finish_differential(actor=sami, attempt=again.pk)
    assert attempt.items.get(position=1).cell.asked == 1


def test_a_set_that_closed_ends_its_attempts_with_what_was_called(sami, save, attempt):
    save((1, 0, "monocyte", 9))
    TeachingSet.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="closed on"):
        save((2, 0, "monocyte", 9))
    assert finish_when_closed(actor=sami, attempt=attempt.pk).state == AttemptState.FINISHED
    assert outcome_of(attempt).result.unanswered == 3


def test_a_hundred_cells_ship_once_and_only_with_all_of_them(sami):
    assert ensure_shipped_differential() == 0
    for code, number in CELLS.items():
        for _ in range(number):
            teaching_cell(code)
    assert [ensure_shipped_differential(), ensure_shipped_differential()] == [1, 0]
    begun = start_attempt(actor=sami, teaching_set=TeachingSet.objects.get())
    assert begun.items.count() == sum(CELLS.values())
