"""One calibration from its claim to its outcome, in a worker of the queue `training`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from calibration.models import CalibrationRun, CalibrationState
from calibration.selectors import labelled_cells
from calibration.services.crops import cut, open_model
from calibration.services.requests import RUN_CALIBRATIONS
from classifier.inference.errors import InferenceError
from classifier.selectors import scales_of
from classifier.services.registration import register_model
from hematovision.celery import hint
from hematovision.errors import DomainError
from hematovision.languages import in_language
from training.errors import NotFit

if TYPE_CHECKING:
    from classifier.models import ModelVersion
    from microscopes.models import Microscope

log = structlog.get_logger(__name__)

#: The newest so many labelled cells are used: their features are held in memory, eight views of each.
MOST_CELLS = 2000
#: A worker that has not reported for this long is taken for dead.
SILENCE = timedelta(minutes=15)
MAX_ATTEMPTS = 3


def run_waiting() -> int:
    """Carry out the calibrations that wait, oldest first; returns how many."""
    count = 0
    while (run := _claim()) is not None:
        _carry_out(run)
        count += 1
    return count


def sweep_calibrations() -> int:
    """Give calibrations of silent workers back to the queue and announce what waits; returns how many came back."""
    returned = 0
    for run in CalibrationRun.objects.filter(state=CalibrationState.RUNNING, seen_at__lt=timezone.now() - SILENCE):
        if run.attempt >= MAX_ATTEMPTS:
            sentence = f"The calibration was cut short {run.attempt} times and was given up."  # not translated
            _finish(run, CalibrationState.FAILED, problem=sentence)
        else:
            returned += _mine(run).update(state=CalibrationState.QUEUED)
    if CalibrationRun.objects.filter(state=CalibrationState.QUEUED).exists():
        hint(RUN_CALIBRATIONS)
    return returned


def _claim() -> CalibrationRun | None:
    while True:
        found = CalibrationRun.objects.filter(state=CalibrationState.QUEUED).order_by("queued_at").first()
        if found is None:
            return None
        # The conditional UPDATE is the claim: of two workers here at once, one changes the row.
        taken = CalibrationRun.objects.filter(pk=found.pk, state=CalibrationState.QUEUED).update(
            state=CalibrationState.RUNNING, attempt=F("attempt") + 1, seen_at=timezone.now(), images_done=0
        )
        if taken:
            return CalibrationRun.objects.select_related("microscope__organisation", "parent").get(pk=found.pk)


def _carry_out(run: CalibrationRun) -> None:
    log.info("calibration_started", calibration_run=str(run.pk), attempt=run.attempt)
    try:
        version = _calibrate(run)
    except NotFit as refusal:
        _finish(run, CalibrationState.REFUSED, problem=refusal.sentence)
    except (DomainError, InferenceError) as error:
        _finish(run, CalibrationState.FAILED, problem=error.sentence)
    except Exception:
        _finish(
            run, CalibrationState.FAILED, problem=gettext_noop("The calibration stopped on a defect of the software.")
        )
        raise
    else:
        _finish(run, CalibrationState.DONE, model_version=version)


def _calibrate(run: CalibrationRun) -> ModelVersion:
    """Fit, compare and register; raises NotFit with the sentence of a refusal."""
    from training.adaptation.calibration import FEWEST_CELLS, calibrate
    from training.adaptation.cells import LabelledCells
    from training.adaptation.decisions import Decisions
    from training.adaptation.folder import VIEWS, features_of
    from training.adaptation.variant import write_variant
    from training_runs.services.variants import free_version

    pipeline = open_model(run.parent)
    labels = pipeline.bundle.labels
    given = [each for each in labelled_cells(run.microscope, most=MOST_CELLS) if each.label in labels]
    scales = scales_of({each.cell.image_id for each in given})
    given = [each for each in given if each.cell.image_id in scales]
    if len(given) < FEWEST_CELLS:
        raise NotFit(
            f"Too few labelled cells of images whose scale is known: {len(given)}, where {FEWEST_CELLS} are the least."  # not translated
        )
    crops = cut(pipeline, [each.cell for each in given], scales, on_image=lambda done, total: _report(run, done, total))
    cells = LabelledCells(
        features=features_of(pipeline.engine, crops, views=VIEWS),
        truth=np.array([labels.index(each.label) for each in given], np.int64),
        groups=tuple(str(each.patient) for each in given),
    )
    found = calibrate(cells, Decisions.of(pipeline.bundle))
    root = Path(settings.VAR_DIR) / "models"
    version = free_version(pipeline.bundle, root, in_registry=True)
    folder = root / f"{pipeline.bundle.name}-{version}"
    variant = write_variant(pipeline.bundle, found, folder, version=version, microscope=_described(run.microscope))
    # By the installation: a pathologist may ask for it, and the run keeps who did.
    return register_model(actor=None, directory=variant.directory)[0]


def _described(microscope: Microscope) -> Any:
    from training.adaptation.variant import Microscope as Described

    # The card of a model is written in one language.
    with in_language("en"):
        stain = str(microscope.get_stain_display())
    words = [microscope.organisation.name, microscope.camera, stain]
    words += [f"{microscope.objective}x"] if microscope.objective else []
    return Described(microscope.name, ", ".join(filter(None, words)), registered=str(microscope.pk))


def _report(run: CalibrationRun, done: int, total: int) -> None:
    _mine(run).update(seen_at=timezone.now(), images_done=done, images_total=total)


def _finish(run: CalibrationRun, state: CalibrationState, **changes: Any) -> None:
    if _mine(run).update(state=state, finished_at=timezone.now(), **changes):
        log.info("calibration_ended", calibration_run=str(run.pk), state=str(state))


def _mine(run: CalibrationRun) -> Any:
    """The row, as long as it is this attempt's."""
    return CalibrationRun.objects.filter(pk=run.pk, state=CalibrationState.RUNNING, attempt=run.attempt)
