"""Counting the reviewed cells of each case, and adding what was counted to the sums that pages about all of them ask."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef
from django.db.models.functions import TruncDate

from cases.models import Case
from oversight.models import CaseTally, CellTally, TallySum
from oversight.selectors.reviewed_cells import predictions_of_reviewed_cells
from oversight.selectors.sources import KIND, PREDICTIONS
from oversight.services.sums import add_to_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from uuid import UUID

_AT_ONCE = 100
"""Cases counted in one transaction: a reviewer waits for it for some milliseconds at most."""


def tally_cases(*, most: int | None = None, progress: Callable[[int], None] | None = None) -> int:
    """Count the cells of cases that are out of date, `most` of them at most; returns how many were counted.

    A case that somebody works on right now is left for the next time. `progress` hears how many are done.
    """
    _note_unknown_cases()
    waiting = list(CaseTally.objects.filter(is_current=False).values_list("pk", flat=True)[:most])
    done = 0
    for start in range(0, len(waiting), _AT_ONCE):
        done += _tally(waiting[start : start + _AT_ONCE])
        if progress:
            progress(done)
    return done


@transaction.atomic
def forget_tallies() -> int:
    """Have every case counted anew; returns how many had been counted."""
    # First of all: who counts holds the rows of its cases, and nobody counts until this is over.
    forgotten = CaseTally.objects.filter(is_current=True).update(is_current=False)
    CellTally.objects.all().delete()
    TallySum.objects.all().delete()
    return forgotten


def note_change(case_id: UUID) -> None:
    """Note, inside the transaction of a change, that the cells of a case are no longer what was counted."""
    CaseTally.objects.filter(case=case_id, is_current=True).update(is_current=False)


def note_case(case: Case, *, is_new: bool) -> None:
    """Note, inside the transaction that saved it, a new case, or one that is no longer where and what it was when counted."""
    if is_new:
        CaseTally.objects.create(case=case)
    else:
        CaseTally.objects.filter(case=case, is_current=True).exclude(**_standing(case)).update(is_current=False)


def _standing(case: Case) -> dict[str, object]:
    """What a case is that tells where its cells are added, as columns of its tally."""
    return {
        "laboratory_id": case.laboratory_id,
        "clinic_id": case.clinic_id,
        "stain": case.stain,
        "camera": case.camera,
        "is_signed": case.is_signed,
    }


def _note_unknown_cases() -> None:
    """Note cases that were written past the record's own services, as a restore does it."""
    unknown = Case.objects.filter(~Exists(CaseTally.objects.filter(case=OuterRef("pk")))).order_by()
    CaseTally.objects.bulk_create(
        (CaseTally(case_id=pk) for pk in unknown.values_list("pk", flat=True)), ignore_conflicts=True, batch_size=1000
    )


@transaction.atomic
def _tally(case_ids: Sequence[UUID]) -> int:
    # Whoever changes cells holds their case as well, so that what is counted stands until it is written.
    free = Case.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=case_ids).order_by("pk")
    cases = {case.pk: case for case in free.only("laboratory", "clinic", "stain", "camera", "state")}
    before = {
        tally.pk: tally
        for tally in CaseTally.objects.select_for_update(skip_locked=True).filter(pk__in=cases).order_by("pk")
    }
    after = {pk: CaseTally(case_id=pk, is_current=True, **_standing(cases[pk])) for pk in before}
    old = list(CellTally.objects.filter(case__in=before))
    new = list(_counted(before))
    add_to_sums(
        taken_off=[(before[cells.case_id], cells) for cells in old],
        added=[(after[cells.case_id], cells) for cells in new],
    )
    CellTally.objects.filter(case__in=before).delete()
    CellTally.objects.bulk_create(new)
    CaseTally.objects.bulk_create(
        after.values(),
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["is_current", "laboratory", "clinic", "stain", "camera", "is_signed"],
    )
    return len(after)


def _counted(case_ids: Iterable[UUID]) -> Iterable[CellTally]:
    """The cells of cases, counted one by one; of each kind of a case one tally."""
    rows = (
        predictions_of_reviewed_cells(Case.objects.filter(pk__in=list(case_ids)))
        .order_by()
        .values_list("cell__image__case", PREDICTIONS.model, PREDICTIONS.reviewer, *PREDICTIONS.of(KIND))
        .annotate(day=TruncDate(PREDICTIONS.reviewed, tzinfo=dt.UTC), count=Count("pk"), newest=Max("created_at"))
    )
    for case, model, reviewer, final, best, identified, excluded, day, number, newest in rows:
        yield CellTally(
            case_id=case,
            model_version_id=model,
            decided_by_id=reviewer,
            decided_on=day,
            final=final,
            best=best,
            identified=identified,
            excluded=excluded,
            number=number,
            newest=newest,
        )
