"""What a worker does every minute: remove what is a day old, and recover what a worker or the broker lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db.models import Q
from django.utils import timezone

from hematovision.celery import hint
from sandbox.models import TriedPicture, TryState
from sandbox.services.pictures import remove_files
from sandbox.services.waiting import ANSWER, RANK
from sandbox.words import CUT_SHORT

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger(__name__)

CUT_SHORT_AFTER = timedelta(minutes=6)
"""Longer than the task may take: its worker is gone."""
RESEND_AFTER = timedelta(minutes=2)
MOST_ATTEMPTS = 3
BOUND = 200
"""Pictures of one pass."""


def sweep_tried_pictures() -> int:
    """Remove what is due, free what was cut short, send lost messages again; returns how many pictures were removed."""
    now = timezone.now()
    removed = remove_expired(now)
    _free_cut_short(now)
    _send_again(now)
    return removed


def remove_expired(now: datetime) -> int:
    """Remove pictures past their day: the files first, so that none is left that no row names."""
    due = list(TriedPicture.objects.filter(expires_at__lte=now).prefetch_related("heat_maps")[:BOUND])
    for tried in due:
        remove_files(tried)
        tried.delete()
    if due:
        log.info("tried_pictures_removed", pictures=len(due))
    return len(due)


def _free_cut_short(now: datetime) -> None:
    lost = TriedPicture.objects.filter(state=TryState.RUNNING, started_at__lt=now - CUT_SHORT_AFTER)
    lost.filter(attempt__gte=MOST_ATTEMPTS).update(state=TryState.FAILED, problem=CUT_SHORT, finished_at=now)
    lost.update(state=TryState.WAITING, sent_at=None)


def _send_again(now: datetime) -> None:
    stale = now - RESEND_AFTER
    waiting = TriedPicture.objects.kept().filter(state=TryState.WAITING, created_at__lt=stale)
    for tried in waiting.filter(Q(sent_at=None) | Q(sent_at__lt=stale)).order_by("created_at")[:BOUND]:
        if not hint(ANSWER, tried.pk, rank=RANK):
            # The broker is away: the rest would wait for its time-out one by one.
            break
        TriedPicture.objects.filter(pk=tried.pk).update(sent_at=now)
