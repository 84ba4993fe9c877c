"""System checks of the model in use: is there a model, and are its files the ones that were registered?

`manage.py check` runs the first; `manage.py check --database default` also asks the registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from cases.models import SmearImage
from cases.states import ImageState
from classifier.inference.bundle import ModelBundle
from classifier.inference.errors import InferenceError
from classifier.models import Analysis, AnalysisState, ModelState, ModelVersion

ENGINES = ("onnx", "tensorflow")


@register(Tags.compatibility)
def engine_is_known(*_apps: Any, **_: Any) -> list[CheckMessage]:
    """classifier.E001: HEMATOVISION_ENGINE names an engine there is."""
    if settings.HEMATOVISION_ENGINE in ENGINES:
        return []
    return [
        Error(
            f"There is no engine called {settings.HEMATOVISION_ENGINE!r}.",
            hint=f"Set HEMATOVISION_ENGINE to one of {', '.join(ENGINES)}.",
            id="classifier.E001",
        )
    ]


@register(Tags.database)
def active_model_matches(*_apps: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """classifier.W001, E002: a model is active, and its files and those of variants in use are as they were registered."""
    if not databases:
        return []
    try:
        in_use = list(ModelVersion.objects.filter(state=ModelState.ACTIVE).order_by("promoted_at"))
    except DatabaseError:
        # Before the first migration there is no registry to ask.
        return []
    messages: list[CheckMessage] = [_model_error(sentence) for sentence in map(_problem_of, in_use) if sentence]
    if all(version.scope_id for version in in_use):
        messages.append(
            checks.Warning(
                "No model is active: images will not be analysed.",
                hint="Run `manage.py register_model DIR`, then `manage.py promote_model`.",
                id="classifier.W001",
            )
        )
    return messages


@register(Tags.database)
def nothing_is_analysed_without_a_result(
    *_apps: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """classifier.E003: every analysed image has a finished analysis, every waiting one a run that waits."""
    if not databases:
        return []
    try:
        orphans = (
            SmearImage.objects.filter(state=ImageState.ANALYSED).exclude(analyses__state=AnalysisState.DONE).count()
        )
        stuck = (
            SmearImage.objects.filter(state=ImageState.ANALYSING)
            .exclude(pk__in=Analysis.objects.unfinished().values("image"))
            .count()
        )
    except DatabaseError:
        return []
    messages: list[CheckMessage] = []
    if orphans:
        messages.append(
            Error(
                f"{orphans} images are marked analysed and have no finished analysis.",
                hint="Look at their transitions in the admin; start them again from there.",
                id="classifier.E003",
            )
        )
    if stuck:
        messages.append(
            Error(
                f"{stuck} images are marked as being analysed and no run is under way.",
                hint="Look at their transitions in the admin; start them again from there.",
                id="classifier.E004",
            )
        )
    return messages


def _problem_of(version: ModelVersion) -> str:
    """What keeps a model from being used, in a sentence; empty when nothing."""
    try:
        bundle = ModelBundle.load(version.directory)
    except InferenceError as error:
        return error.sentence
    return (
        "" if bundle.card_sha256 == version.card_sha256 else f"The card of {version} changed since it was registered."
    )


def _model_error(sentence: str) -> Error:
    return Error(
        sentence,
        hint="Restore the model's files, or roll back with `manage.py rollback_model`.",
        id="classifier.E002",
    )
