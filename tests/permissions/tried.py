"""A picture that somebody of the matrix has tried."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from classifier.models import ModelVersion
from sandbox.models import HeatMap, TriedPicture
from tests.factories.specimens import png


def tried_picture(owner: User | None, version: ModelVersion) -> dict[str, Any]:
    """Return a picture that the student tried, answered, with the heat map of its one cell."""
    file = ContentFile(png(252), "picture.png")
    cell = {
        "box": [1, 1, 9, 9],
        "area_px": 50,
        "label": "monocyte",
        "score": 0.9,
        "identified": True,
        "novelty": 1.0,
        "probabilities": {"monocyte": 0.9, "neutrophil": 0.1},
        "best_label": "monocyte",
        "why": "",
    }
    tried = TriedPicture.objects.create(
        owner=owner,
        state="done",
        picture=file,
        thumbnail=file,
        width=40,
        height=30,
        model_version=version,
        finished_at=timezone.now(),
        result={
            "um_per_px": 0.1,
            "scale_source": "red cells",
            "counts": {"monocyte": 1},
            "cells": [cell],
            "quality": {"verdict": "good", "reasons": [], "held_back": "", "no_smear": "", "readings": {}},
        },
    )
    HeatMap.objects.create(tried=tried, number=1, state="done", picture=file)
    return {"tried": tried, "tried_cell": (tried.pk, 1)}
