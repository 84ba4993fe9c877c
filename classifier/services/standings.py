"""Keeping what a model is to a camera up to date."""

from __future__ import annotations

from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from audit.models import Action
from audit.services import record
from classifier.models import CameraStanding
from classifier.selectors import camera_of, models_of_camera, predictions_of_camera
from classifier.services.held_names import hold_back_names
from classifier.signals import camera_standing_changed
from classifier.standing import MOST_CELLS, Standing, judge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cases.models import SmearImage
    from classifier.models import ModelVersion
    from classifier.selectors import Camera


def stand_to_camera(
    *, version: ModelVersion, image: SmearImage, novelties: Iterable[float]
) -> tuple[CameraStanding, str]:
    """Judge the camera of `image` anew with the novelty of cells just found; returns the row and its state before.

    Call it inside the transaction of the result, and `announce_standing` at its end.
    """
    camera = camera_of(image)
    return _judge_anew(version, camera, [*novelties, *_stored(version, camera, without=image)])


def stand_to_camera_again(*, camera: Camera) -> None:
    """Judge a camera anew by what is stored: it lost or gained images. Where a model does not know it, names are held back.

    Call it after the transaction of the change: each case is locked in turn, as its reviewer locks it.
    """
    for version in models_of_camera(camera):
        with transaction.atomic():
            standing, before = _judge_anew(version, camera, _stored(version, camera))
            announce_standing(standing=standing, before=before)
        hold_back_names(version=version, camera=camera)


def announce_standing(*, standing: CameraStanding, before: str) -> None:
    """Write to the audit trail that a camera became unknown to a model, or is unknown no longer, and tell who listens."""
    if standing.state == before or Standing.UNKNOWN not in {standing.state, before}:
        return
    record(
        actor=None,
        action=Action.MODEL_CHANGE,
        target=standing,
        laboratory_id=standing.laboratory_id,
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
    told = partial(camera_standing_changed.send_robust, sender=None, standing_id=standing.pk)
    # The result of an analysis must not hang on who is told of it.
    transaction.on_commit(told, robust=True)


def _judge_anew(version: ModelVersion, camera: Camera, novelties: list[float]) -> tuple[CameraStanding, str]:
    standing, _ = CameraStanding.objects.select_for_update().get_or_create(
        model_version=version, **camera, defaults={"since": timezone.now()}
    )
    # The same row, but at hand: its card is long.
    standing.model_version = version
    newest = novelties[:MOST_CELLS]
    before = standing.state
    # A variant that was calibrated says for which microscope.
    made_for = (version.card.get("adapted") or {}).get("microscope")
    calibrated = made_for is not None and made_for == str(camera["microscope_id"])
    standing.state = judge(newest, version.card, calibrated=calibrated)
    standing.cells, standing.novelty = len(newest), median(newest) if newest else None
    if standing.state != before:
        standing.since = timezone.now()
    standing.save()
    return standing, before


def _stored(version: ModelVersion, camera: Camera, *, without: SmearImage | None = None) -> list[float]:
    """The novelty of the newest cells of the camera that are stored, those of one image left out."""
    others = predictions_of_camera(version=version, camera=camera).filter(novelty__isnull=False)
    if without is not None:
        others = others.exclude(cell__image=without)
    newest = others.order_by("-created_at").values_list("novelty", flat=True)
    return [said for said in newest[:MOST_CELLS] if said is not None]
