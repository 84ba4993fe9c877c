"""Asking for an analysis: a row first, a message after it, and never a failed request because of the broker."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import structlog
from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import KombuError

from cases.models import SmearImage
from cases.services.images import transition_image
from cases.services.transitions import lock_image
from cases.states import ImageState
from classifier.models import Analysis, AnalysisState, AnalysisTrigger, ModelVersion

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger(__name__)

#: Named here and not imported: the tasks import the services.
ANALYSE_IMAGE = "classifier.tasks.analyse_image"


def enqueue_analysis(
    *, image_id: uuid.UUID, trigger: str = AnalysisTrigger.UPLOAD, actor: User | None = None
) -> Analysis | None:
    """Make sure a run of the active model waits for this image, and tell the workers once it is committed.

    Asking twice asks once. Returns the waiting run, or None when the image needs none: it is already
    read by the active model, was rejected, or its last run failed (that is `requeue_analyses`).
    """
    with transaction.atomic():
        image = lock_image(SmearImage.objects.select_related("case").get(pk=image_id))
        if image.state not in {ImageState.RECEIVED, ImageState.QUEUED}:
            return None
        analysis = image.analyses.unfinished().first()
        if analysis is None:
            version = ModelVersion.objects.active()
            analysis, created = Analysis.objects.get_or_create(
                image=image,
                model_version=version,
                defaults={"trigger": trigger, "requested_by": actor, "queued_at": timezone.now()},
            )
            if not created and analysis.state not in {AnalysisState.QUEUED, AnalysisState.RUNNING}:
                return None
        if image.state == ImageState.RECEIVED:
            transition_image(actor=actor, image=image, to=ImageState.QUEUED)
        if analysis.sent_at is None:
            waiting = analysis.pk
            transaction.on_commit(lambda: send_message(analysis_id=waiting, image_id=image_id))
    return analysis


def send_message(*, analysis_id: uuid.UUID, image_id: uuid.UUID) -> bool:
    """Tell the workers about a waiting run; True when the broker took the message.

    A broker that is away costs time, never the image: ``sent_at`` stays empty and the sweeper sends
    the message again.
    """
    try:
        current_app.send_task(ANALYSE_IMAGE, args=[str(image_id)], queue="inference", retry=False, ignore_result=True)
    except broker_errors() as error:
        log.warning("analysis_not_sent", image_id=str(image_id), error=type(error).__name__)
        return False
    # A bulk write on purpose: a worker may have taken the row in the meantime, and its columns are its own.
    Analysis.objects.filter(pk=analysis_id).update(sent_at=timezone.now())
    return True


def broker_errors() -> tuple[type[BaseException], ...]:
    """What a broker that is away raises: kombu's own errors, and the raw ones of the transport in use."""
    connection = current_app.connection_for_write()
    return (
        KombuError,
        OSError,
        *connection.connection_errors,
        *connection.channel_errors,
    )
