"""What a model is to a camera, said without analysing twenty cells."""

from __future__ import annotations

from django.utils import timezone

from cases.models import SmearImage
from classifier.models import CameraStanding
from classifier.selectors import camera_of, current_analysis


def stands(image: SmearImage, state: str = "unknown", *, novelty: float = 1.6) -> CameraStanding:
    """Say that the model which analysed `image` stands so to its camera."""
    analysis = current_analysis(image.pk)
    assert analysis is not None
    assert analysis.model_version is not None
    standing, _ = CameraStanding.objects.update_or_create(
        model_version=analysis.model_version,
        **camera_of(image),
        defaults={"state": state, "cells": 40, "novelty": novelty, "since": timezone.now()},
    )
    return standing
