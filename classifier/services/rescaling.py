"""Analysing a case again because its scale was given, corrected or taken back: what the crops show follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from cases.services.cases import settle_case
from cases.services.transitions import lock_case
from cases.states import CLOSED_STATES, ImageState
from classifier.models import AnalysisTrigger
from classifier.selectors import current_analyses, model_for
from classifier.services.requeueing import reanalyse_image

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case, SmearImage
    from classifier.models import ModelVersion
    from classifier.selectors import CurrentAnalysis

_REASON = gettext_noop("The scale of the case was changed.")


def reanalyse_at_new_scale(*, actor: User | None, case: Case) -> int:
    """Have the analysed images of an open case analysed again at its scale; returns how many.

    Each is analysed by the model whose analysis is current, or the one in use where that is of another microscope. One that was analysed at this scale stays as it is, and an image
    that still waits takes the new scale when its turn comes. What people decided holds.
    """
    with transaction.atomic():
        lock_case(case)
        if case.state in CLOSED_STATES:
            return 0
        analyses = current_analyses(case)
        images = [
            image
            for image in case.images.counting().filter(state=ImageState.ANALYSED).order_by("ordinal")
            if image.pk in analyses and _given(analyses[image.pk]) != case.um_per_px
        ]
        for image in images:
            image.case = case
            reanalyse_image(
                actor=actor,
                image=image,
                version=_version_for(image, analyses[image.pk].model_version),
                trigger=AnalysisTrigger.REQUEST,
                reason=_REASON,
            )
        if images:
            settle_case(case=case)
            record(
                actor=actor,
                action=Action.RUN_AI,
                target=case,
                reason=_REASON,
                after={"um_per_px": case.um_per_px, "images": len(images)},
                **scope_of(case),
            )
    return len(images)


def _version_for(image: SmearImage, before: ModelVersion) -> ModelVersion:
    """The model that analysed the image before, unless it is a variant and the image is no longer of its microscope."""
    return before if before.scope_id in {None, image.microscope_id} else model_for(image) or before


def _given(analysis: CurrentAnalysis) -> float | None:
    """The scale an analysis was given; one that it measured may be the same and was not given."""
    return analysis.um_per_px if analysis.scale_source == "given" else None
