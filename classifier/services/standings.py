"""Keeping what a model is to a camera up to date."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from django.utils import timezone

from audit.models import Action
from audit.services import record
from classifier.models import CameraStanding
from classifier.selectors import camera_of, predictions_of_camera
from classifier.standing import MOST_CELLS, Standing, judge

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    """Write to the audit trail that a camera became unknown to a model, or is unknown no longer."""
    if standing.state == before or Standing.UNKNOWN not in {standing.state, before}:
        return
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


def _stored(version: ModelVersion, image: SmearImage) -> list[float]:
    """The novelty of the newest cells of the camera that are stored, without those of `image` itself."""
    others = predictions_of_camera(version=version, image=image).filter(novelty__isnull=False)
    newest = others.exclude(cell__image=image).order_by("-created_at")
    return [said for said in newest.values_list("novelty", flat=True)[:MOST_CELLS] if said is not None]
