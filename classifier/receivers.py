"""What analysis does when the clinical record announces something."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from django.db import DatabaseError

from accounts.models import User
from cases.models import Case
from classifier.services.queueing import enqueue_analysis
from classifier.services.rescaling import reanalyse_at_new_scale
from classifier.services.scales import learn_scale

log = structlog.get_logger(__name__)


def enqueue_received_image(*, image_id: uuid.UUID, **_: Any) -> None:
    """Ask for the analysis of a committed image.

    The image is safe by now and the person's request has succeeded; if the database hiccups here the sweeper
    finds the image.
    """
    try:
        enqueue_analysis(image_id=image_id)
    except DatabaseError:
        log.exception("image_not_enqueued", image_id=str(image_id))


def reanalyse_rescaled_case(*, case: Case, actor: User, **_: Any) -> None:
    """Ask for the analysis of a case's images at its new scale."""
    reanalyse_at_new_scale(actor=actor, case=case)


def relearn_scales(*, microscope_ids: list[uuid.UUID], **_: Any) -> None:
    """Let microscopes that lost or gained images remember the scale of those they have."""
    for microscope_id in microscope_ids:
        learn_scale(microscope_id=microscope_id)
