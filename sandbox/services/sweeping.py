"""What a worker does every minute: remove what is a day old, and recover what a worker or the broker lost."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.services.files import remove_unnamed
from hematovision.celery import hint
from sandbox.models import HeatMap, TriedPicture, TryState
from sandbox.models.tried_picture import FOLDER
from sandbox.services.pictures import files_of, remove_files
from sandbox.services.waiting import ANSWER, RANK
from sandbox.words import CUT_SHORT

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger(__name__)

CUT_SHORT_AFTER = timedelta(minutes=6)
"""Longer than the task may take: its worker is gone."""
RESEND_AFTER = timedelta(minutes=2)
MOST_ATTEMPTS = 3
STRAY_AFTER = timedelta(hours=1)
"""A file waits seconds for its row, no longer."""
_STRAYS, _STRAYS_EVERY_SECONDS = "sandbox.strays", 3600
BOUND = 200
"""Pictures of one pass."""


def sweep_tried_pictures() -> int:
    """Remove what is due, free what was cut short, send lost messages again; returns how many pictures were removed."""
    now = timezone.now()
    removed = remove_expired(now)
    if cache.add(_STRAYS, 1, timeout=_STRAYS_EVERY_SECONDS):
        remove_strays(now)
    _free_cut_short(now)
    _send_again(now)
    return removed


def remove_expired(now: datetime) -> int:
    """Remove pictures past their day, each row before its files: a heat map that is drawn meanwhile finds no row to fill."""
    due = list(TriedPicture.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:BOUND])
    for pk in due:
        with transaction.atomic():
            tried = TriedPicture.objects.select_for_update().filter(pk=pk).first()
            if tried is None:
                continue
            names = files_of(tried, HeatMap.objects.select_for_update().filter(tried=tried))
            tried.delete()
            transaction.on_commit(partial(remove_files, names))
    if due:
        log.info("tried_pictures_removed", pictures=len(due))
    return len(due)


def remove_strays(now: datetime) -> list[str]:
    """Remove files of tried pictures that no row names, as a killed process leaves them; returns their names."""
    shown = TriedPicture.objects.values_list("picture", "thumbnail")
    named = {name for names in shown for name in names} | set(HeatMap.objects.values_list("picture", flat=True))
    # One that is as young may get its row after these were read.
    strays = remove_unnamed(FOLDER, before=now - STRAY_AFTER, is_named=named.__contains__)
    if strays:
        log.info("stray_tried_files_removed", files=len(strays))
    return strays


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
