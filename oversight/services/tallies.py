"""Counting the reviewed cells of each case, so that pages about all of them add up a few rows a case."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import TruncDate

from cases.models import Case
from oversight.models import CaseTally, CellTally
from oversight.selectors.reviewed_cells import PREDICTIONS, out_of_date, predictions_of_reviewed_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

_AT_ONCE = 100
"""Cases counted in one transaction: a reviewer waits for it for some milliseconds at most."""


def tally_cases(*, most: int | None = None, progress: Callable[[int], None] | None = None) -> int:
    """Count the cells of cases that are out of date, `most` of them at most; returns how many were counted.

    A case that somebody works on right now is left for the next time. `progress` hears how many are done.
    """
    waiting = list(out_of_date(Case.objects.order_by()).values_list("pk", flat=True)[:most])
    done = 0
    for start in range(0, len(waiting), _AT_ONCE):
        done += _tally(waiting[start : start + _AT_ONCE])
        if progress:
            progress(done)
    return done


def forget_tallies() -> int:
    """Have every case counted anew; returns how many had been counted."""
    return CaseTally.objects.filter(is_current=True).update(is_current=False)


def note_change(case_id: UUID) -> None:
    """Note, inside the transaction of a change, that the cells of a case are no longer what was counted."""
    CaseTally.objects.filter(case=case_id, is_current=True).update(is_current=False)


@transaction.atomic
def _tally(case_ids: Sequence[UUID]) -> int:
    # Whoever changes cells holds their case as well, so that what is counted stands until it is written.
    free = Case.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=case_ids).order_by("pk")
    cases = list(free.values_list("pk", flat=True))
    CellTally.objects.filter(case__in=cases).delete()
    CellTally.objects.bulk_create(
        CellTally(
            case_id=case,
            model_version_id=model,
            decided_by_id=reviewer,
            decided_on=day,
            final=final,
            best=best,
            identified=identified,
            excluded=excluded,
            number=number,
        )
        for case, model, reviewer, final, best, identified, excluded, day, number in (
            predictions_of_reviewed_cells(Case.objects.filter(pk__in=cases))
            .order_by()
            .values_list(PREDICTIONS.case, PREDICTIONS.model, PREDICTIONS.reviewer, *PREDICTIONS.kind)
            .annotate(day=TruncDate(PREDICTIONS.reviewed, tzinfo=dt.UTC), count=Count("pk"))
        )
    )
    CaseTally.objects.bulk_create(
        [CaseTally(case_id=pk, is_current=True) for pk in cases],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["is_current"],
    )
    return len(cases)
