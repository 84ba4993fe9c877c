"""Asking for a training and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.models import Action
from audit.services import record
from classifier.models import ModelVersion
from hematovision.celery import hint_on_commit
from hematovision.errors import Conflict, Unprocessable
from training_runs.models import TrainingRun, TrainingState
from training_runs.permissions import require_trainer
from training_runs.sources import available_sources, data_folder

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger(__name__)

RUN_TRAINING = "training_runs.tasks.run_training"
QUEUE = "training"
OPEN_STATES = (TrainingState.QUEUED, TrainingState.RUNNING)


def start_training(*, actor: User | None, sources: list[str], version: str, reason: str, **options: Any) -> TrainingRun:
    """Ask for a training; a worker of the queue `training` takes it when its host is free.

    `options` are fields of TrainingRun (name, backbone, start_weights, size_px, um_per_px, head_epochs, epochs, rate,
    batch, seed). Raises PermissionRefused, Unprocessable for impossible values or unknown sources, Conflict when the
    version is registered or being trained already.
    """
    require_trainer(actor)
    if not reason.strip():
        raise Unprocessable("Say why this model is trained.", code="reason_missing")  # not translated
    unknown = sorted(set(sources) - set(available_sources()))
    if unknown or not sources:
        missing = f"There is no {unknown[0]} in" if unknown else "Choose at least one folder of"  # not translated
        raise Unprocessable(
            f"{missing} the training data folder {data_folder()}.",  # not translated
            code="unknown_source",
        )
    run = TrainingRun(
        sources=sorted(set(sources)),
        version=version,
        reason=reason.strip(),
        requested_by=actor,
        queued_at=timezone.now(),
        **options,
    )
    try:
        run.clean_fields()
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Unprocessable(f"{field}: {sentences[0]}", code="impossible_value") from error
    with transaction.atomic():
        _refuse_taken(run)
        run.save(force_insert=True)
        record(
            actor=actor,
            action=Action.MODEL_CHANGE,
            target=run,
            reason=run.reason,
            after={"training": str(run), "backbone": run.backbone, "sources": run.sources},
        )
        hint_on_commit(RUN_TRAINING)
    return run


def cancel_training(*, actor: User | None, run: TrainingRun, reason: str) -> TrainingRun:
    """Take a training back: a waiting one ends at once, a running one when its host notices, within seconds.

    Raises Conflict when it has ended already, Unprocessable without a reason.
    """
    require_trainer(actor)
    if not reason.strip():
        raise Unprocessable("Say why the training is cancelled.", code="reason_missing")  # not translated
    with transaction.atomic():
        run = TrainingRun.objects.select_for_update().get(pk=run.pk)
        if run.state not in OPEN_STATES:
            raise Conflict(
                f"The training is {run.get_state_display().lower()} already.",  # not translated
                code="state",
            )
        run.problem = f"Cancelled: {reason.strip()}"
        if run.state == TrainingState.QUEUED:
            run.state, run.finished_at = TrainingState.CANCELLED, timezone.now()
        else:
            run.cancel_asked = True
        run.save(update_fields=["problem", "state", "finished_at", "cancel_asked"])
        record(actor=actor, action=Action.CANCEL, target=run, reason=reason.strip(), after={"training": str(run)})
    return run


def _refuse_taken(run: TrainingRun) -> None:
    taken = ModelVersion.objects.filter(name=run.name, version=run.version).exists()
    open_ = TrainingRun.objects.filter(name=run.name, version=run.version, state__in=OPEN_STATES).exists()
    if taken or open_:
        where = "registered" if taken else "being trained"
        raise Conflict(f"{run} is {where} already. Choose another version.", code="version_taken")  # not translated
