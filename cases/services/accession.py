"""Accession numbers for cases that come without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from cases.models import AccessionSeries, Case

if TYPE_CHECKING:
    from accounts.models import Organisation


def next_accession_number(laboratory: Organisation) -> str:
    """Return the laboratory's next free number, `HV-2026-000042`. Call it inside a transaction.

    The series row stays locked until the transaction ends, so no number is given twice; one that a clinic has
    used by hand is passed over.
    """
    year = timezone.localdate().year
    AccessionSeries.objects.get_or_create(laboratory=laboratory, year=year)
    series = AccessionSeries.objects.select_for_update(no_key=True).get(laboratory=laboratory, year=year)
    while True:
        series.last_number += 1
        number = f"HV-{year}-{series.last_number:06d}"
        if not Case.objects.filter(laboratory=laboratory, accession_number=number).exists():
            series.save(update_fields=["last_number"])
            return number
