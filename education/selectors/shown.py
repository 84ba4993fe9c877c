"""Which pictures of an attempt its student may fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from education.models import Attempt, AttemptState, MaterialState, SetKind

if TYPE_CHECKING:
    from education.models import AttemptItem


def fetched_ahead(attempt: Attempt) -> AttemptItem | None:
    """The first question of a quiz that was never shown; None where there is none or its time would not count yet.

    Only after an answer that is told does a timed quiz stand still; fetched earlier, a picture could be studied without a clock.
    """
    if attempt.state != AttemptState.RUNNING:
        return None
    told_at_once = Attempt.objects.filter(pk=attempt.pk).told_at(timezone.now())
    if attempt.teaching_set.seconds_each is not None and not told_at_once.exists():
        return None
    return attempt.items.filter(shown_at=None, answers=None, skipped=False).order_by("position").first()


def shown_item(attempt: Attempt, position: int) -> AttemptItem | None:
    """The question at `position` with its cell where its picture may be fetched, else None: what was shown, and one ahead.

    The clock of a running differential is one for all its cells, so that all of them may.
    """
    item = attempt.items.select_related("cell").filter(position=position, cell__state=MaterialState.OPEN).first()
    counts_for_all = attempt.teaching_set.kind == SetKind.DIFFERENTIAL and attempt.state == AttemptState.RUNNING
    if item is None or item.shown_at is not None or counts_for_all:
        return item
    return item if item == fetched_ahead(attempt) else None
