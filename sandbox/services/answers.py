"""What a worker does with a tried picture: claim it, ask the model, write the answer once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog
from django.db.models import F
from django.utils import timezone

from cases.services.decoding import decode_stored
from cases.stored_files import FileMissing, open_stored
from classifier.inference.errors import BadInput, InferenceError
from classifier.models import ModelVersion
from classifier.services.pictures import analyse_picture, why_unidentified
from classifier.words import NO_SMEAR as SAID_IN_CASES
from sandbox.models import TriedPicture, TryState
from sandbox.words import DEFECT, FILE_GONE, NO_MODEL, NO_SMEAR

if TYPE_CHECKING:
    from uuid import UUID

    from classifier.inference.types import ImageAnalysis, Quality

log = structlog.get_logger(__name__)


def answer_picture(*, tried_id: UUID) -> TriedPicture | None:
    """Have the active model analyse a picture that waits; None when there is none to take.

    The conditional UPDATE is the claim, and only its attempt writes the answer: running twice writes once.
    """
    now = timezone.now()
    waiting = TriedPicture.objects.kept().filter(pk=tried_id, state=TryState.WAITING)
    if not waiting.update(state=TryState.RUNNING, started_at=now, attempt=F("attempt") + 1):
        return None
    tried = TriedPicture.objects.get(pk=tried_id)
    try:
        _finish(tried, _answered(tried))
    except Exception:
        _finish(tried, {"state": TryState.FAILED, "problem": DEFECT})
        raise
    return tried


def _answered(tried: TriedPicture) -> dict[str, Any]:
    version = ModelVersion.objects.active()
    if version is None:
        return {"state": TryState.FAILED, "problem": NO_MODEL}
    try:
        with open_stored(str(tried.picture.name), FILE_GONE) as file:
            rgb = decode_stored(file)
        found = analyse_picture(version, rgb, um_per_px=tried.um_per_px)
    except FileMissing:
        return {"state": TryState.FAILED, "problem": FILE_GONE}
    except BadInput as error:
        return {"state": TryState.REFUSED, "problem": error.sentence}
    except InferenceError as error:
        return {"state": TryState.FAILED, "problem": error.sentence}
    return {"state": TryState.DONE, "result": _as_json(version, found), "model_version": version}


def _as_json(version: ModelVersion, found: ImageAnalysis) -> dict[str, Any]:
    """The answer as `manage.py classify --json` gives it, with why a cell is not named."""
    plain = replace(found, quality=_without_pathologist(found.quality)).as_dict()
    for row, cell in zip(plain["cells"], found.cells, strict=True):
        row["why"] = why_unidentified(version, cell, found.quality)
        row["best_label"] = cell.best_label
    return plain


def _without_pathologist(quality: Quality) -> Quality:
    """The same quality in the words of a place where nobody can say that a picture is a smear all the same."""
    if quality.no_smear != SAID_IN_CASES:
        return quality
    smear = replace(quality.measurements["smear"], sentence=NO_SMEAR)
    return replace(quality, measurements={**quality.measurements, "smear": smear})


def _finish(tried: TriedPicture, answer: dict[str, Any]) -> None:
    ours = TriedPicture.objects.filter(pk=tried.pk, state=TryState.RUNNING, attempt=tried.attempt)
    written = ours.update(finished_at=timezone.now(), **answer)
    tried.refresh_from_db()
    log.info("picture_tried", state=tried.state, written=bool(written), cells=len(tried.cells))
