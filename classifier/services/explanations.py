"""Explaining a cell: a person asks, a worker draws, the overlay stays private."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image

from accounts.models import Role
from audit.models import Action
from audit.services import record
from cases.cell_classes import CLASS_CODES
from cases.permissions import must_see, refuse
from cases.stored_files import refuse_purged_original
from classifier import analyser
from classifier.inference.errors import InferenceError
from classifier.models import Explanation, ExplanationState, Prediction
from classifier.selectors import current_prediction
from classifier.services.stored_images import open_stored_image
from hematovision.celery import hint_on_commit
from hematovision.errors import Conflict, DomainError, Unprocessable

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Cell

log = structlog.get_logger(__name__)

EXPLAIN_CELL = "classifier.tasks.explain_cell"
# Asking makes a worker work and leaves a row; those who may only view see what was drawn already.
_ASKERS = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR})
#: A waiting explanation is asked for again after this long: its message may be gone.
ASK_AGAIN_AFTER = timedelta(seconds=20)


def request_explanation(*, actor: User, cell: Cell, label: str = "") -> Explanation:
    """Ask where the network saw `label` (its own best class by default) in a cell; asking again gives the same row.

    Raises NotFound for a cell the actor may not see, PermissionRefused for those who may only view (by their role, or by
    break-glass access), FilePurged where the original is no longer kept, Conflict for a cell no model has classified,
    Unprocessable for an unknown class.
    """
    must_see(actor=actor, record_=cell)
    if actor.role not in _ASKERS:
        refuse(
            actor=actor,
            target=cell,
            sentence=gettext_noop("Explanations are asked for by those who review smears or administer."),
        )
    refuse_purged_original(cell.image)
    prediction = current_prediction(cell)
    if prediction is None:
        raise Conflict(_("No model has classified this cell, so there is nothing to explain."), code="not_read")
    label = label or prediction.label
    if label not in CLASS_CODES:
        raise Unprocessable(_("There is no class called %(label)s.") % {"label": label}, code="unknown_class")
    with transaction.atomic():
        explanation, created = Explanation.objects.get_or_create(
            cell=cell,
            model_version=prediction.model_version,
            label=label,
            defaults={"requested_by": actor, "requested_at": timezone.now()},
        )
        if created:
            case = cell.image.case
            record(
                actor=actor,
                action=Action.RUN_AI,
                target=explanation,
                patient_id=case.patient_id,
                laboratory_id=case.laboratory_id,
                after={"cell": str(cell.pk), "label": label},
            )
        _send_if_waiting(explanation, is_new=created)
    return explanation


def explain_cell(*, explanation_id: uuid.UUID) -> Explanation | None:
    """Draw a waiting explanation in this worker; None when there is none to draw.

    Running twice writes once: the last step takes the row only while it still waits.
    """
    explanation = (
        Explanation.objects.select_related("cell__image", "model_version")
        .filter(pk=explanation_id, state=ExplanationState.WAITING)
        .first()
    )
    if explanation is None:
        return None
    try:
        png = _draw(explanation)
    except (DomainError, InferenceError) as error:
        _finish(explanation, problem=error.sentence)
    else:
        _finish(explanation, png=png)
    return explanation


def _draw(explanation: Explanation) -> bytes:
    cell = explanation.cell
    prediction = Prediction.objects.select_related("analysis").get(cell=cell, model_version=explanation.model_version)
    scale = prediction.analysis.um_per_px
    if scale is None:
        raise Unprocessable(gettext_noop("The scale of the image is not known."))
    overlay = analyser.installed().explain(
        explanation.model_version,
        open_stored_image(cell.image),
        box=cell.box,
        um_per_px=scale,
        label=explanation.label,
    )
    picture = io.BytesIO()
    Image.fromarray(overlay).save(picture, "PNG", optimize=True)
    return picture.getvalue()


def _finish(explanation: Explanation, *, png: bytes | None = None, problem: str = "") -> None:
    with transaction.atomic():
        row = Explanation.objects.select_for_update().get(pk=explanation.pk)
        if row.state != ExplanationState.WAITING:
            return
        row.finished_at = timezone.now()
        row.problem = problem
        row.state = ExplanationState.FAILED if png is None else ExplanationState.DONE
        if png is not None:
            row.picture.save("overlay.png", ContentFile(png), save=False)
        row.save(update_fields=["finished_at", "problem", "state", "picture"])
    explanation.refresh_from_db()
    log.info("cell_explained", explanation_id=str(row.pk), state=row.state)


def _send_if_waiting(explanation: Explanation, *, is_new: bool) -> None:
    """Tell the workers about a new one, an old one nobody answered, or one that failed and is asked for again."""
    now = timezone.now()
    if not is_new:
        stale = explanation.state == ExplanationState.WAITING and now - explanation.requested_at > ASK_AGAIN_AFTER
        if not stale and explanation.state != ExplanationState.FAILED:
            return
        explanation.state, explanation.problem = ExplanationState.WAITING, ""
        explanation.requested_at, explanation.finished_at = now, None
        explanation.save(update_fields=["state", "problem", "requested_at", "finished_at"])
    # With a broker that is away the row stays waiting, and asking again sends again.
    hint_on_commit(EXPLAIN_CELL, explanation.pk)
