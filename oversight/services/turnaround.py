"""Measuring how long a laboratory's results usually take."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind
from oversight.models import CaseTurnaround, UsualTurnaround
from oversight.services.case_turnarounds import time_signed_cases
from oversight.stops import quantile

if TYPE_CHECKING:
    from uuid import UUID

DAYS = 60
"""So many days of a laboratory's record count: its present staff and hours, not those of last year."""
FEWEST_CASES = 20
"""Nothing is said of what fewer cases tell: of nineteen, the slowest tenth is two."""
_AT_ONCE = 5000


def measure_turnaround() -> int:
    """Measure every laboratory anew; returns how many rows there are now."""
    time_signed_cases()
    laboratories = Organisation.objects.filter(kind=OrganisationKind.LABORATORY)
    return sum(_measure(pk) for pk in laboratories.values_list("pk", flat=True))


@transaction.atomic
def _measure(laboratory: UUID) -> int:
    # Two workers that measure at once would both write.
    Organisation.objects.select_for_update().get(pk=laboratory)
    now = timezone.now()
    times: dict[tuple[str, int | None, int | None], list[dt.timedelta]] = defaultdict(list)
    signed = (
        CaseTurnaround.objects.filter(laboratory=laboratory, signed_at__gte=now - dt.timedelta(days=DAYS))
        .order_by()
        .values_list("priority", "signed_at", "took")
    )
    for priority, at, took in signed.iterator(chunk_size=_AT_ONCE):
        submitted = at - took
        times[priority, submitted.weekday(), submitted.hour].append(took)
        times[priority, None, None].append(took)
    rows = [
        UsualTurnaround(
            laboratory_id=laboratory,
            priority=priority,
            weekday=weekday,
            hour=hour,
            number=len(took),
            median=quantile(took, 0.5),
            ninth_decile=quantile(took, 0.9),
            measured_at=now,
        )
        for (priority, weekday, hour), took in times.items()
        if len(took) >= FEWEST_CASES
    ]
    UsualTurnaround.objects.filter(laboratory=laboratory).delete()
    UsualTurnaround.objects.bulk_create(rows)
    return len(rows)
