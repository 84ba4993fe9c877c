"""What analysis does when the clinical record announces something."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from django.db import DatabaseError

from accounts.models import User
from audit.models import Action
from audit.services import record
from cases.models import Case, SmearImage
from cases.services.audit_trail import scope_of
from classifier.selectors import microscope_camera, unnamed_camera
from classifier.services.held_names import hold_back_names_at
from classifier.services.queueing import enqueue_analysis
from classifier.services.rescaling import reanalyse_at_new_scale
from classifier.services.scales import learn_scale
from classifier.services.standings import stand_to_camera_again
from classifier.verification import found_digest

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


def fingerprint_what_was_taken_out(*, image: SmearImage, actor: User, **_: Any) -> None:
    """Keep the fingerprint of the cells of a field that left the count or came back: which are superseded is another now."""
    if image.cells.exists():
        after = {"found": found_digest(image.pk)}
        record(actor=actor, action=Action.UPDATE, target=image, after=after, **scope_of(image))


def relearn_scales(*, microscope_ids: list[uuid.UUID], **_: Any) -> None:
    """Let microscopes that lost or gained images remember the scale of those they have."""
    for microscope_id in microscope_ids:
        learn_scale(microscope_id=microscope_id)


def judge_cameras_anew(*, microscope_ids: list[uuid.UUID], clinic_id: uuid.UUID | None, **_: Any) -> None:
    """Let the models stand anew to cameras that lost or gained images, and hold back names on those they do not know."""
    cameras = [microscope_camera(microscope_id) for microscope_id in microscope_ids]
    if clinic_id is not None:
        cameras.append(unnamed_camera(clinic_id))
    for camera in cameras:
        stand_to_camera_again(camera=camera)


def hold_back_by_new_rule(*, laboratory_id: uuid.UUID, **_: Any) -> None:
    """Hold back names on the unknown cameras of a laboratory that decided anew; a looser rule gives none back."""
    hold_back_names_at(laboratory_id=laboratory_id)
