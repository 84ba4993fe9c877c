"""Undo and redo through a whole session, worked out from the actions themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _

from hematovision.errors import Conflict
from review.models import ActionKind, ReviewAction

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case
    from review.models import ReviewLease


@dataclass(frozen=True, slots=True)
class Stacks:
    """Actions that can be undone, and undos that can be done again; the next one last."""

    done: list[UUID]
    undone: list[UUID]


def stacks_of(lease: ReviewLease | None) -> Stacks:
    """Return what the holder of `lease` can undo and redo: what they did since they claimed the case."""
    if lease is None:
        return Stacks([], [])
    rows = (
        ReviewAction.objects.filter(case=lease.case_id, number__gt=lease.since_number, by=lease.holder_id)
        .order_by("number")
        .values_list("pk", "kind")
    )
    done: list[UUID] = []
    undone: list[UUID] = []
    for pk, kind in rows:
        if kind == ActionKind.UNDO:
            done.pop()
            undone.append(pk)
        elif kind == ActionKind.REDO:
            undone.pop()
            # What was done again is undone again by taking back the redo.
            done.append(pk)
        elif kind == ActionKind.REVERT:
            done, undone = [], []
        else:
            done.append(pk)
            undone.clear()
    return Stacks(done, undone)


def last_number(case: Case) -> int:
    """Return the number of the last action of `case`, 0 before the first."""
    return ReviewAction.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0


def action_to_take_back(lease: ReviewLease, kind: str) -> ReviewAction:
    """Return the action that the next undo or redo takes back; raises `Conflict` where there is none."""
    stacks = stacks_of(lease)
    stack = stacks.done if kind == ActionKind.UNDO else stacks.undone
    if not stack:
        sentence = _("There is nothing to undo.") if kind == ActionKind.UNDO else _("There is nothing to do again.")
        raise Conflict(sentence, code="nothing_to_undo")
    return ReviewAction.objects.get(pk=stack[-1])
