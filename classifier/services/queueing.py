"""Asking for an analysis: a row first, a message after it, and never a failed request because of the broker."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from cases.models import Priority, SmearImage
from cases.services.images import transition_image
from cases.services.transitions import lock_image
from cases.states import ImageState
from classifier.models import Analysis, AnalysisState, AnalysisTrigger
from classifier.selectors import model_for
from hematovision.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

#: Named here and not imported: the tasks import the services.
ANALYSE_IMAGE = "classifier.tasks.analyse_image"
#: Which images workers take first; what a person waits for in front of a page comes before all of them but stat.
RANKS = {Priority.STAT: 0, Priority.URGENT: 3, Priority.ROUTINE: 6}


def enqueue_analysis(
    *, image_id: uuid.UUID, trigger: str = AnalysisTrigger.UPLOAD, actor: User | None = None
) -> Analysis | None:
    """Make sure a run of the model that answers for this image waits, and tell the workers once it is committed.

    Asking twice asks once. Returns the waiting run, or None when the image needs none: it is already
    analysed by that model, was rejected, or its last run failed (that is `requeue_analyses`).
    """
    with transaction.atomic():
        image = lock_image(SmearImage.objects.select_related("case").get(pk=image_id))
        if image.state not in {ImageState.RECEIVED, ImageState.QUEUED}:
            return None
        analysis = image.analyses.unfinished().first()
        if analysis is None:
            version = model_for(image)
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
            send_message_on_commit(analysis)
    return analysis


def send_message_on_commit(analysis: Analysis) -> None:
    """Tell the workers about a waiting run once the present transaction holds."""
    priority = analysis.image.case.priority
    transaction.on_commit(partial(send_message, analysis_id=analysis.pk, image_id=analysis.image_id, priority=priority))


def send_message(*, analysis_id: uuid.UUID, image_id: uuid.UUID, priority: str) -> bool:
    """Tell the workers about a waiting run of a case of this priority; True when the broker took the message.

    A broker that is away costs time, never the image: ``sent_at`` stays empty and the sweeper sends
    the message again.
    """
    if not hint(ANALYSE_IMAGE, image_id, rank=RANKS[Priority(priority)]):
        return False
    # A bulk write on purpose: a worker may have taken the row in the meantime, and its columns are its own.
    Analysis.objects.filter(pk=analysis_id).update(sent_at=timezone.now())
    return True
