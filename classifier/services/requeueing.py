"""Trying failed runs again, once what made them fail has been mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role
from audit.models import Action
from audit.services import record
from cases.models import SmearImage
from cases.services.cases import settle_case
from cases.services.images import transition_image
from cases.services.transitions import lock_image
from cases.states import CLOSED_STATES, ImageState
from classifier.models import (
    Analysis,
    AnalysisProblem,
    AnalysisState,
    AnalysisTrigger,
    ModelVersion,
)
from classifier.selectors import model_for
from classifier.services.queueing import enqueue_analysis, send_message_on_commit
from hematovision.errors import PermissionRefused, Unprocessable

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger(__name__)


def failed_for_the_model() -> QuerySet[Analysis]:
    """Runs that failed because the model was missing or altered."""
    return Analysis.objects.filter(
        state=AnalysisState.FAILED, problem_kind=AnalysisProblem.MODEL, image__state=ImageState.FAILED
    )


def requeue_analyses(
    *, actor: User | None, analyses: QuerySet[Analysis], reason: str, trigger: str = AnalysisTrigger.REQUEST
) -> int:
    """Put failed runs back in the queue with their attempts at nought; returns how many.

    Only runs whose image failed with them and whose case is still open are taken. They will be done with the model
    that answers for their image when a worker claims them. Raises Unprocessable without a reason.
    """
    if actor is not None and not (actor.is_superuser or actor.role == Role.ADMINISTRATOR):
        raise PermissionRefused(_("Only administrators start failed analyses again."))
    if not reason.strip():
        raise Unprocessable(_("Say why these analyses are tried again."), code="reason_missing")
    waiting = (
        analyses.filter(state=AnalysisState.FAILED, image__state=ImageState.FAILED)
        .exclude(image__case__state__in=CLOSED_STATES)
        .select_related("image__case")
        .order_by("queued_at")
    )
    return sum(_requeue(actor, analysis, reason.strip(), trigger) for analysis in waiting)


def requeue_image(*, actor: User, image: SmearImage, reason: str) -> bool:
    """Put the failed run of one image back in the queue; the caller has checked that `actor` may.

    An image that failed before any run was asked for gets its first. Raises Conflict where it is being analysed already.
    """
    with transaction.atomic():
        failed = image.analyses.filter(state=AnalysisState.FAILED).order_by("-queued_at").first()
        if failed is None:
            transition_image(actor=actor, image=image, to=ImageState.QUEUED, reason=reason)
            done = enqueue_analysis(image_id=image.pk, trigger=AnalysisTrigger.REQUEST, actor=actor) is not None
        else:
            failed.image = image
            done = _requeue(actor, failed, reason, AnalysisTrigger.REQUEST)
        settle_case(case=image.case)
    return done


def reanalyse_image(
    *,
    actor: User | None,
    image: SmearImage,
    version: ModelVersion,
    trigger: str = AnalysisTrigger.MODEL,
    reason: str = "",
) -> Analysis:
    """Ask for another analysis of an image, by `version`; the caller has checked that `actor` may.

    A model analyses an image once: where it has before, and another one after it, its analysis is repeated and the
    predictions it made then stand, unless the scale is another now. `reason` is kept with the image's step.
    """
    with transaction.atomic():
        lock_image(image)
        fresh = {
            "state": AnalysisState.QUEUED,
            "attempt": 0,
            "trigger": trigger,
            "requested_by": actor,
            "queued_at": timezone.now(),
            "sent_at": None,
            "started_at": None,
            "finished_at": None,
            "worker": "",
            "away_since": None,
            "not_before": None,
            "problem": "",
            "problem_kind": "",
        }
        analysis, _is_new = Analysis.objects.update_or_create(image=image, model_version=version, defaults=fresh)
        reason = reason or f"To be analysed by {version}."  # not translated
        transition_image(actor=actor, image=image, to=ImageState.QUEUED, reason=reason)
        send_message_on_commit(analysis)
    return analysis


def _requeue(actor: User | None, analysis: Analysis, reason: str, trigger: str) -> bool:
    with transaction.atomic():
        taken = Analysis.objects.filter(pk=analysis.pk, state=AnalysisState.FAILED, attempt=analysis.attempt).update(
            state=AnalysisState.QUEUED,
            attempt=0,
            trigger=trigger,
            requested_by=actor,
            queued_at=timezone.now(),
            sent_at=None,
            started_at=None,
            finished_at=None,
            worker="",
            problem="",
            problem_kind="",
        )
        if not taken:
            return False
        image = analysis.image
        transition_image(actor=actor, image=image, to=ImageState.QUEUED, reason=reason)
        record(
            actor=actor,
            action=Action.RUN_AI,
            target=image,
            patient_id=image.case.patient_id,
            laboratory_id=image.case.laboratory_id,
            reason=reason,
            before={"analysis": str(analysis.pk), "state": AnalysisState.FAILED, "problem": analysis.problem},
            after={"analysis": str(analysis.pk), "state": AnalysisState.QUEUED},
        )
        send_message_on_commit(analysis)
    log.info("analysis_requeued", analysis_id=str(analysis.pk), model=str(model_for(image) or ""))
    return True
