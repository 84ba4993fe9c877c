"""Who may run an analysis now: one conditional UPDATE decides, the row's attempt number is the proof.

A claim is a lease. The worker renews it while it has the run in hand; when it dies or loses the run, the lease runs out
and anybody may claim again. Every write of a result names the attempt it belongs to, so a worker that was taken for dead and comes back
cannot write over its successor.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.services.images import transition_image
from cases.services.transitions import lock_image, step_image
from cases.states import NOT_COUNTING, ImageState
from classifier.models import Analysis, AnalysisProblem, AnalysisState, ModelVersion
from classifier.selectors import model_for
from classifier.services.in_hand import runs_in_hand
from classifier.services.outcomes import close_as_failed, close_taken_out

log = structlog.get_logger(__name__)

WAIT_FOR_PART_SECONDS = (10, 120)
"""A run whose part is away is tried again after this long, at the least and at the most."""


def lease() -> timedelta:
    """How long a claim holds without being renewed."""
    return timedelta(seconds=settings.ANALYSIS_LEASE_SECONDS)


def max_attempts() -> int:
    """How often one run may meet a defect before a person has to look at it."""
    return int(settings.ANALYSIS_MAX_ATTEMPTS)


def most_cut_short() -> int:
    """After how many attempts one more that was cut short gives a run up.

    Twice as many as for defects: whoever ends a worker ends all that it had in hand, and an image that was by chance there
    three times is not the cause.
    """
    return 2 * max_attempts()


def claim_analysis(*, image_id: uuid.UUID, worker: str) -> Analysis | None:
    """Take the image's waiting run for `worker`, or return None when there is none to take.

    Nothing to take means it is done, failed, or leased to a worker that still lives. A run whose attempts are used
    up is closed as failed here.
    """
    with transaction.atomic():
        now = timezone.now()
        found = (
            Analysis.objects.claimable(now)
            .filter(image_id=image_id)
            .select_related("image__case")
            .order_by("queued_at")
            .first()
        )
        if found is None:
            return None
        if found.attempt >= most_cut_short():
            close_as_failed(
                analysis=found,
                kind=AnalysisProblem.ATTEMPTS,
                sentence=f"The analysis was cut short {found.attempt} times and was given up.",  # not translated
            )
            return None
        claim = {
            "state": AnalysisState.RUNNING,
            "attempt": found.attempt + 1,
            "model_version": _version_for(found),
            "lease_until": now + lease(),
            "started_at": now,
            "worker": worker,
            "problem": "",
            "not_before": None,
        }
        # The conditional UPDATE is the claim: of two workers here at once, one changes the row.
        if not Analysis.objects.claimable(now).filter(pk=found.pk, attempt=found.attempt).update(**claim):
            return None
        for name, value in claim.items():
            setattr(found, name, value)
        image = lock_image(found.image)
        if image.state in NOT_COUNTING:
            close_taken_out(found)
            return None
        if image.state == ImageState.RECEIVED:
            step_image(image=image, to=ImageState.QUEUED, by=None)
        if image.state == ImageState.QUEUED:
            step_image(image=image, to=ImageState.ANALYSING, by=None)
    log.info(
        "analysis_claimed",
        analysis_id=str(found.pk),
        image_id=str(image_id),
        attempt=found.attempt,
        worker=worker,
    )
    return found


def renew_leases() -> int:
    """Extend the leases of what this process has in hand (`in_hand`); returns how many.

    A run older than ANALYSIS_LONGEST_SECONDS is not renewed: a hung thread must not hold an image for ever.
    """
    held = runs_in_hand()
    if not held:
        return 0
    now = timezone.now()
    oldest = now - timedelta(seconds=settings.ANALYSIS_LONGEST_SECONDS)
    # With its attempt: a run that somebody else has claimed meanwhile is theirs to renew.
    ours = reduce(or_, (Q(pk=pk, attempt=attempt) for pk, attempt in held))
    return Analysis.objects.filter(ours, state=AnalysisState.RUNNING, started_at__gt=oldest).update(
        lease_until=now + lease()
    )


def release_claim(*, analysis: Analysis, note: str) -> bool:
    """Give a run back to the queue after an attempt that ended in a defect; False when it is no longer ours."""
    return _release(analysis, note)


def wait_for_part(*, analysis: Analysis, note: str) -> bool:
    """Give a run back because a part that it needs is away, and uncount the attempt; False when it is no longer ours.

    It is tried again after as long as the part has been away, between WAIT_FOR_PART_SECONDS, for as long as that takes.
    The number of the attempt is given out once more: whoever had it has just let go, and a run that waits takes no result.
    """
    now = timezone.now()
    since = analysis.away_since or now
    shortest, longest = WAIT_FOR_PART_SECONDS
    pause = min(max(now - since, timedelta(seconds=shortest)), timedelta(seconds=longest))
    return _release(analysis, note, attempt=analysis.attempt - 1, away_since=since, not_before=now + pause)


def _release(analysis: Analysis, note: str, **changes: int | datetime) -> bool:
    with transaction.atomic():
        given_back = Analysis.objects.filter(
            pk=analysis.pk, state=AnalysisState.RUNNING, attempt=analysis.attempt
        ).update(state=AnalysisState.QUEUED, lease_until=None, sent_at=None, problem=note, **changes)
        if not given_back:
            return False
        image = analysis.image
        image.refresh_from_db()
        if image.state == ImageState.ANALYSING:
            transition_image(actor=None, image=image, to=ImageState.QUEUED, reason=note)
    return True


def _version_for(analysis: Analysis) -> ModelVersion | None:
    """The model a run is done with: the one that answers for the image, unless that has a run of its own for it."""
    active = model_for(analysis.image)
    if active is None or active.pk == analysis.model_version_id:
        return active if active is not None else analysis.model_version
    has_its_own = Analysis.objects.filter(image_id=analysis.image_id, model_version=active).exists()
    return analysis.model_version if has_its_own else active
