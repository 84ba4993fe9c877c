"""The sweeper: nothing that was received is lost, whatever happened to a worker or the broker."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils import timezone

from cases.models import SmearImage
from cases.services.images import transition_image
from cases.states import ImageState
from classifier.models import (
    Analysis,
    AnalysisProblem,
    AnalysisState,
    AnalysisTrigger,
    WorkerHeartbeat,
)
from classifier.services.claims import most_cut_short
from classifier.services.outcomes import close_as_failed
from classifier.services.queueing import RANKS, enqueue_analysis, send_message

log = structlog.get_logger(__name__)

#: One pass does at most this much of each kind, oldest first, so that a pass always ends.
BOUND = 500
#: Heartbeats of workers silent for longer than this tell nobody anything any more.
FORGET_WORKERS_AFTER = timedelta(days=1)


@dataclass(slots=True)
class Swept:
    """What one pass did."""

    leases_expired: int = 0
    given_up: int = 0
    never_enqueued: int = 0
    sent_again: int = 0
    not_sent: int = 0


def sweep() -> Swept:
    """Requeue expired leases, enqueue images nobody enqueued, send lost messages again.

    Safe to run as often as one likes and in several processes at once: each step changes a row only as long as
    it is still as it was found.
    """
    now = timezone.now()
    done = Swept()
    _free_expired_leases(now, done)
    _enqueue_forgotten_images(done)
    _send_lost_messages(now, done)
    WorkerHeartbeat.objects.filter(seen_at__lt=now - FORGET_WORKERS_AFTER).delete()
    if any(asdict(done).values()):
        log.warning("swept", **asdict(done))
    return done


def _free_expired_leases(now: datetime, done: Swept) -> None:
    expired = (
        Analysis.objects.filter(state=AnalysisState.RUNNING, lease_until__lt=now)
        .select_related("image__case", "model_version")
        .order_by("lease_until")[:BOUND]
    )
    for analysis in expired:
        with transaction.atomic():
            if analysis.attempt >= most_cut_short():
                done.given_up += close_as_failed(
                    analysis=analysis,
                    kind=AnalysisProblem.ATTEMPTS,
                    sentence=f"The analysis was cut short {analysis.attempt} times and was given up.",  # not translated
                )
                continue
            done.leases_expired += _back_to_queue(analysis, now)


def _back_to_queue(analysis: Analysis, now: datetime) -> bool:
    """Free one expired lease; the message follows in the same pass because ``sent_at`` is emptied."""
    freed = Analysis.objects.filter(
        pk=analysis.pk,
        state=AnalysisState.RUNNING,
        attempt=analysis.attempt,
        lease_until__lt=now,
    ).update(state=AnalysisState.QUEUED, lease_until=None, sent_at=None)
    if not freed:
        return False
    image = analysis.image
    image.refresh_from_db()
    if image.state == ImageState.ANALYSING:
        reason = f"The worker {analysis.worker} stopped answering."  # not translated
        transition_image(actor=None, image=image, to=ImageState.QUEUED, reason=reason)
    log.warning(
        "lease_expired",
        analysis_id=str(analysis.pk),
        image_id=str(image.pk),
        attempt=analysis.attempt,
        worker=analysis.worker,
    )
    return True


def _enqueue_forgotten_images(done: Swept) -> None:
    """Images whose signal was lost between their commit and the row that asks for their analysis."""
    waiting = Analysis.objects.unfinished().filter(image=OuterRef("pk"))
    forgotten = (
        SmearImage.objects.filter(state__in=[ImageState.RECEIVED, ImageState.QUEUED])
        .exclude(Exists(waiting))
        .order_by("uploaded_at")
        .values_list("pk", flat=True)[:BOUND]
    )
    for image_id in forgotten:
        if enqueue_analysis(image_id=image_id, trigger=AnalysisTrigger.SWEEP) is not None:
            done.never_enqueued += 1


def _send_lost_messages(now: datetime, done: Swept) -> None:
    """Waiting rows whose message never left, or left so long ago that it may be gone with its broker; the most pressing first.

    A run that waits for a part that is away has its message sent when it is due. A long queue is thereby sent again while its messages still lie with the broker: how many images wait is the number of
    rows, never the number of messages.
    """
    stale = now - timedelta(seconds=settings.ANALYSIS_RESEND_SECONDS)
    waiting = (
        Analysis.objects.due(now)
        .filter(Q(sent_at__isnull=True) | Q(sent_at__lt=stale))
        .order_by(_rank(), "queued_at")
        .values_list("pk", "image_id", "image__case__priority")[:BOUND]
    )
    for analysis_id, image_id, priority in waiting:
        if send_message(analysis_id=analysis_id, image_id=image_id, priority=priority):
            done.sent_again += 1
        else:
            # The broker is away: the rest would wait for its time-out one by one.
            done.not_sent += 1
            break


def _rank() -> Case:
    """The rank of a waiting run's case, for ordering."""
    return Case(*(When(image__case__priority=priority, then=rank) for priority, rank in RANKS.items()))
