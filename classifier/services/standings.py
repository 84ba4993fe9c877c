"""Keeping what a model is to a camera up to date, and what follows for names already given."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from django.utils import timezone

from audit.models import Action
from audit.services import record
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell
from cases.states import OPEN_STATES
from classifier.models import CameraStanding, Prediction
from classifier.selectors import camera_of
from classifier.standing import MOST_CELLS, Standing, is_named, judge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from cases.models import SmearImage
    from classifier.models import ModelVersion


def stand_to_camera(
    *, version: ModelVersion, image: SmearImage, novelties: Iterable[float]
) -> tuple[CameraStanding, str]:
    """Judge the camera of `image` anew with the novelty of cells just found; returns the row and its state before.

    Call it inside the transaction of the result, and `announce_standing` at its end.
    """
    standing, _ = CameraStanding.objects.select_for_update().get_or_create(
        model_version=version, **camera_of(image), defaults={"since": timezone.now()}
    )
    newest = [*novelties, *_stored(version, image)][:MOST_CELLS]
    before = standing.state
    # A variant that was calibrated says for which microscope.
    made_for = (version.card.get("adapted") or {}).get("microscope")
    calibrated = made_for is not None and made_for == str(image.microscope_id)
    standing.state = judge(newest, version.card, calibrated=calibrated)
    standing.cells, standing.novelty = len(newest), median(newest) if newest else None
    if standing.state != before:
        standing.since = timezone.now()
    standing.save()
    return standing, before


def announce_standing(*, standing: CameraStanding, before: str, image: SmearImage) -> None:
    """Write a change of standing to the audit trail; on a camera that became unknown names given before are held back.

    Only on cells that no person has decided on, in cases that are open. Their predictions stay as they were made.
    """
    if standing.state == before:
        return
    if standing.is_unknown:
        _hold_back(standing, image)
    if Standing.UNKNOWN in {standing.state, before}:
        record(
            actor=None,
            action=Action.MODEL_CHANGE,
            target=standing,
            laboratory_id=image.case.laboratory_id,
            before={"state": before},
            after={
                "state": standing.state,
                "model": str(standing.model_version),
                "microscope": str(standing.microscope_id) if standing.microscope_id else None,
                "clinic": str(standing.clinic_id) if standing.clinic_id else None,
                "cells": standing.cells,
                "novelty": standing.novelty,
            },
        )


def _predictions(version: ModelVersion, image: SmearImage) -> Any:
    camera = camera_of(image)
    found = Prediction.objects.filter(model_version=version, cell__superseded=False, cell__excluded=False)
    if camera["microscope_id"] is not None:
        return found.filter(cell__image__microscope=camera["microscope_id"])
    return found.filter(cell__image__microscope=None, cell__image__case__clinic=camera["clinic_id"])


def _stored(version: ModelVersion, image: SmearImage) -> list[float]:
    """The novelty of the newest cells of the camera that are stored, without those of `image` itself."""
    others = _predictions(version, image).filter(novelty__isnull=False).exclude(cell__image=image)
    return list(others.order_by("-created_at").values_list("novelty", flat=True)[:MOST_CELLS])


def _hold_back(standing: CameraStanding, image: SmearImage) -> None:
    rule = image.case.laboratory.unknown_camera
    given = _predictions(standing.model_version, image).filter(
        identified=True, cell__label_source="machine", cell__image__case__state__in=OPEN_STATES
    )
    held = []
    for said in given.select_related("cell").exclude(cell__label=UNIDENTIFIED):
        stays = is_named(
            score=said.score,
            identified=True,
            standing=Standing.UNKNOWN,
            rule=rule,
            card=standing.model_version.card,
        )
        if not stays and not said.cell.is_reviewed:
            said.cell.label = UNIDENTIFIED
            # A reviewer who saw the name must not confirm it unseen.
            said.cell.revision += 1
            held.append(said.cell)
    Cell.objects.bulk_update(held, ["label", "revision"], batch_size=200)
