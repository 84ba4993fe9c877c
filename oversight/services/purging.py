"""The purge: remove the files of images whose period is over, case by case, each under the lock of its case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from audit.services import events_last
from cases.models import Case, PurgeRun
from cases.services.purging import begin_purge, purge_image, remove_left_behind
from cases.services.transitions import lock_case
from hematovision.chunks import in_chunks
from hematovision.errors import Conflict
from oversight.purge_rules import nothing_holds, past_period, periods
from oversight.selectors.purges import plan

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from cases.models import ImagePurge, PurgeRule


@dataclass(slots=True)
class Purged:
    """What a run did. `refused` holds a sentence for each case left as it is because a file of it is missing or another."""

    run: PurgeRun
    images: int
    files: int
    byte_size: int
    left_behind: int
    refused: list[str]


def purge(*, actor: User | None, now: datetime | None = None) -> Purged:
    """Remove what every rule that is on meets, and what a broken-off run left behind; `actor` None is the system.

    Each case is one transaction: whatever came up since the count (a legal hold, a correction) is asked again under its lock.
    Raises `Unprocessable` where the periods are not understood, before anything is removed, and `Unavailable` while the
    storage does not answer; what was removed until then is on record. Periods are counted back from `now`.
    """
    now = now or timezone.now()
    on = periods()
    before = {rule: now - period for rule, period in on.items()}
    last = PurgeRun.objects.first()
    left_behind = remove_left_behind(last) if last is not None else 0
    days = {rule.value: period.days for rule, period in on.items()}
    run = begin_purge(actor=actor, periods=days, planned=plan(now=now).as_row())
    done = Purged(run, 0, 0, 0, left_behind, [])
    for rule, moment in before.items():
        for case in in_chunks(past_period(rule, moment).filter(nothing_holds()), by=["pk"], size=200):
            try:
                purges = _purge_case(actor, run, case, rule, moment)
            except Conflict as error:
                done.refused.append(f"Case {case.pk}: {error.sentence}")
                continue
            done.images += len(purges)
            done.files += sum(each.files for each in purges)
            done.byte_size += sum(each.byte_size for each in purges)
    return done


def _purge_case(actor: User | None, run: PurgeRun, case: Case, rule: PurgeRule, before: datetime) -> list[ImagePurge]:
    # The storage is asked of each file before its event: nobody waits for the end of the audit trail meanwhile.
    with events_last():
        lock_case(case)
        if not past_period(rule, before).filter(nothing_holds(), pk=case.pk).exists():
            return []
        images = case.images.select_for_update(no_key=True).order_by("ordinal")
        purges = [purge_image(actor=actor, run=run, image=image, rule=rule) for image in images]
        # Whoever follows the case is told.
        case.save(update_fields=["updated_at"])
    return [each for each in purges if each is not None]
