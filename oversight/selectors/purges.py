"""What a purge would remove now, what it would leave and why, and what each run removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.utils import timezone

from cases.models import Case, ImagePurge, PurgeRule, PurgeRun, SmearImage
from oversight.purge_rules import Obstacle, never_submitted, nothing_holds, obstacles, past_period, periods

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """What one rule meets: `cases` and `images` that go, `byte_size` of their originals, and how many cases each obstacle holds."""

    rule: PurgeRule
    days: int
    cases: int
    images: int
    byte_size: int
    held: list[tuple[Obstacle, int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What all rules that are on meet. `drafts` were never submitted and are open: they go when they are cancelled."""

    rules: list[PlannedRule]
    drafts: int = 0

    def as_row(self) -> dict[str, object]:
        """As a `PurgeRun` keeps it."""
        return {
            "due": {planned.rule.value: planned.images for planned in self.rules},
            "held": {
                planned.rule.value: {obstacle.code: number for obstacle, number in planned.held if number}
                for planned in self.rules
            },
            "drafts": self.drafts,
        }


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run removed: images, files and bytes, in all or of one laboratory."""

    run: PurgeRun
    images: int
    files: int
    byte_size: int


def plan(*, laboratory: UUID | None = None, now: datetime | None = None) -> Plan:
    """Count what is due, in all or of one laboratory; removes nothing. Raises `Unprocessable` as `periods`."""
    now = now or timezone.now()
    mine = Q() if laboratory is None else Q(laboratory=laboratory)
    on = periods()
    rules = [_planned(rule, period.days, past_period(rule, now - period).filter(mine)) for rule, period in on.items()]
    cancelled = on.get(PurgeRule.CANCELLED_IMAGES)
    return Plan(rules, never_submitted(now - cancelled).filter(mine).count() if cancelled else 0)


def run_reports(*, laboratory: UUID | None, most: int) -> list[RunReport]:
    """The newest runs with what each removed, of one laboratory or of all."""
    of = Q() if laboratory is None else Q(purges__image__case__laboratory=laboratory)
    runs = PurgeRun.objects.select_related("asked_by").annotate(
        images=Count("purges", filter=of),
        files=Sum("purges__files", filter=of, default=0),
        byte_size=Sum("purges__byte_size", filter=of, default=0),
    )
    return [RunReport(run, run.images, run.files, run.byte_size) for run in runs[:most]]


def purges_of(run: PurgeRun, *, laboratory: UUID | None) -> QuerySet[ImagePurge]:
    """What a run removed, of one laboratory or of all."""
    mine = Q() if laboratory is None else Q(image__case__laboratory=laboratory)
    return run.purges.filter(mine).select_related("image__case")


def _planned(rule: PurgeRule, days: int, found: QuerySet[Case]) -> PlannedRule:
    free = found.filter(nothing_holds())
    images = SmearImage.objects.filter(case__in=free.order_by().values("pk"), original_purged_at__isnull=True)
    if rule.takes_what_is_shown:
        images = SmearImage.objects.filter(
            Q(original_purged_at__isnull=True) | Q(shown_purged_at__isnull=True),
            case__in=free.order_by().values("pk"),
        )
    counted = images.aggregate(number=Count("pk"), bytes=Sum("byte_size", default=0))
    held = [(obstacle, found.filter(obstacle.holds).count()) for obstacle in obstacles()]
    return PlannedRule(rule, days, free.count(), counted["number"], counted["bytes"], held)
