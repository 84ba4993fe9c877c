"""How far a timed differential is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max, Sum

from education.models import Answer, AttemptItem, MaterialState
from education.teaching_classes import at_depth
from education.timed import Call, TimedResult, timed_result

if TYPE_CHECKING:
    from education.models import Attempt


@dataclass(frozen=True, slots=True)
class CalledCell:
    """One cell of a differential: what it is called now (empty: nothing), and how many presses it had."""

    item: AttemptItem
    label: str
    turns: int


@dataclass(frozen=True, slots=True)
class TimedOutcome:
    """The result of an attempt with its cells, in the order of the calls. `skipped` cells were recalled."""

    result: TimedResult
    items: tuple[AttemptItem, ...]
    calls: tuple[Call, ...]
    skipped: int


def called_cells(attempt: Attempt) -> list[CalledCell]:
    """The cells of a running differential in their order, those recalled left out."""
    labels: dict[int, list[str]] = {}
    rows = Answer.objects.filter(item__attempt=attempt).order_by("item", "turn").values_list("item", "label")
    for item, label in rows:
        labels.setdefault(item, []).append(label)
    items = attempt.items.select_related("cell").filter(skipped=False, cell__state=MaterialState.OPEN)
    return [
        CalledCell(each, labels[each.pk][-1] if each.pk in labels else "", len(labels.get(each.pk, ())))
        for each in items.order_by("position")
    ]


def outcome_of(attempt: Attempt) -> TimedOutcome:
    """What came of a differential. Its time is from the beginning to the last call, so that reading the result costs none."""
    finer = attempt.teaching_set.finer
    answers = Answer.objects.filter(item__attempt=attempt)
    spent = dict(answers.filter(undo=False).order_by().values_list("item").annotate(ms=Sum("ms")))
    standing = {answer.item_id: answer for answer in answers.standing()}
    last = answers.aggregate(last=Max("at"))["last"]
    items, calls, skipped = [], [], 0
    for item in attempt.items.select_related("cell").order_by("position"):
        if item.skipped or not item.cell.picture:
            skipped += 1
            continue
        answer = standing.get(item.pk)
        label = answer.label if answer else ""
        # Right is what was right when it was called.
        true = label if answer and answer.correct else at_depth(item.cell.cell_class, finer=finer)
        items.append(item)
        calls.append(Call(true, label, spent.get(item.pk, 0)))
    seconds = (last - attempt.started_at).total_seconds() if last else 0.0
    return TimedOutcome(timed_result(calls, seconds=seconds), tuple(items), tuple(calls), skipped)
