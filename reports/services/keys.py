"""The keys of signed reports under a new field key."""

from __future__ import annotations

from django.db import transaction

from hematovision.chunks import in_chunks
from reports.models import ReportDraft, ReportKey
from reports.sealing import rewrap


def rewrap_keys() -> int:
    """Encrypt the key of every report under the field key that is first now; returns how many there are."""
    number = 0
    for row in in_chunks(ReportKey.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            key = ReportKey.objects.select_for_update(no_key=True).get(pk=row.pk)
            key.wrapped = rewrap(key.wrapped)
            key.save(update_fields=["wrapped"])
        number += 1
    return number


def resave_drafts() -> int:
    """Encrypt the texts of every draft under the field key that is first now; returns how many there are."""
    number = 0
    for row in in_chunks(ReportDraft.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            ReportDraft.objects.select_for_update(no_key=True).get(pk=row.pk).save()
        number += 1
    return number
