"""Asking for a training and taking it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from celery import current_app
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from audit.models import Action
from audit.services import record
from classifier.models import ModelVersion
from classifier.services.queueing import broker_errors
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from training.models import TrainingRun, TrainingState

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger(__name__)

RUN_TRAINING = "training.tasks.run_training"
QUEUE = "training"
OPEN_STATES = (TrainingState.QUEUED, TrainingState.RUNNING)


def data_folder() -> Path:
    """The one folder trainings may read; asking by name cannot reach anything else on the host."""
    return Path(settings.TRAINING_DIR) / "data"


def available_sources() -> list[str]:
    """Names of the folders and CSV files of pictures that lie in the training data folder."""
    folder = data_folder()
    if not folder.is_dir():
        return []
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and (entry.is_dir() or entry.suffix.lower() == ".csv")
    )


def start_training(*, actor: User | None, sources: list[str], version: str, reason: str, **options: Any) -> TrainingRun:
    """Ask for a training; a worker of the queue `training` takes it when its host is free.

    `options` are fields of TrainingRun (name, backbone, start_weights, size_px, um_per_px, head_epochs, epochs, rate,
    batch, seed). Raises PermissionRefused, Unprocessable for impossible values or unknown sources, Conflict when the
    version is registered or being trained already.
    """
    _refuse_strangers(actor)
    if not reason.strip():
        raise Unprocessable("Say why this model is trained.", code="reason_missing")
    unknown = sorted(set(sources) - set(available_sources()))
    if unknown or not sources:
        missing = f"There is no {unknown[0]} in" if unknown else "Choose at least one folder of"
        raise Unprocessable(f"{missing} the training data folder {data_folder()}.", code="unknown_source")
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
        transaction.on_commit(lambda: send_message(run))
    return run


def cancel_training(*, actor: User | None, run: TrainingRun, reason: str) -> TrainingRun:
    """Take a training back: a waiting one ends at once, a running one when its host notices, within seconds.

    Raises Conflict when it has ended already, Unprocessable without a reason.
    """
    _refuse_strangers(actor)
    if not reason.strip():
        raise Unprocessable("Say why the training is cancelled.", code="reason_missing")
    with transaction.atomic():
        run = TrainingRun.objects.select_for_update().get(pk=run.pk)
        if run.state not in OPEN_STATES:
            raise Conflict(f"The training is {run.get_state_display().lower()} already.", code="state")
        run.problem = f"Cancelled: {reason.strip()}"
        if run.state == TrainingState.QUEUED:
            run.state, run.finished_at = TrainingState.CANCELLED, timezone.now()
        else:
            run.cancel_asked = True
        run.save(update_fields=["problem", "state", "finished_at", "cancel_asked"])
        record(actor=actor, action=Action.CANCEL, target=run, reason=reason.strip(), after={"training": str(run)})
    return run


def send_message(run: TrainingRun) -> bool:
    """Tell the training workers that something waits; the sweeper tells them again if the broker is away."""
    try:
        current_app.send_task(RUN_TRAINING, queue=QUEUE, retry=False, ignore_result=True)
    except broker_errors() as error:
        log.warning("training_not_sent", training_run=str(run.pk), error=type(error).__name__)
        return False
    return True


def _refuse_taken(run: TrainingRun) -> None:
    taken = ModelVersion.objects.filter(name=run.name, version=run.version).exists()
    open_ = TrainingRun.objects.filter(name=run.name, version=run.version, state__in=OPEN_STATES).exists()
    if taken or open_:
        where = "registered" if taken else "being trained"
        raise Conflict(f"{run} is {where} already. Choose another version.", code="version_taken")


def _refuse_strangers(actor: User | None) -> None:
    if actor is None or (actor.is_active and (actor.is_superuser or actor.role == Role.ADMINISTRATOR)):
        return
    raise PermissionRefused("Only administrators train models.")
