"""Taking back names that a model gave on a camera before it turned out not to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audit.models import Action
from audit.services import record
from cases.cell_classes import UNIDENTIFIED
from cases.models import Case, Cell, LabelSource
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from cases.states import OPEN_STATES
from classifier.selectors import camera_standing, predictions_of_camera
from classifier.standing import Standing, is_named

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from cases.models import SmearImage
    from classifier.models import ModelVersion, Prediction

_REASON = "The model does not know the camera."


def hold_back_names(*, version: ModelVersion, image: SmearImage) -> int:
    """Hold back what the model said on the camera of `image`, if it does not know it; returns on how many cells.

    Only on cells that no person has decided on, in open cases, and as the rule of each laboratory says. Their predictions
    stay as they were made. Call it after the transaction of a result: each case is locked in turn, as its reviewer locks it.
    """
    standing = camera_standing(version=version, image=image)
    if standing is None or not standing.is_unknown:
        return 0
    named = _named(version, image).filter(cell__image__case__state__in=OPEN_STATES)
    cases = Case.objects.filter(pk__in=named.values("cell__image__case")).order_by("pk")
    return sum(_hold_back_in(case, version, image) for case in cases)


def _named(version: ModelVersion, image: SmearImage) -> QuerySet[Prediction]:
    given = predictions_of_camera(version=version, image=image)
    return given.filter(identified=True, cell__label_source=LabelSource.MODEL).exclude(cell__label=UNIDENTIFIED)


@transaction.atomic
def _hold_back_in(case: Case, version: ModelVersion, image: SmearImage) -> int:
    lock_case(case)
    if case.state not in OPEN_STATES:
        return 0
    held = []
    for said in _named(version, image).filter(cell__image__case=case).select_related("cell"):
        if not is_named(
            score=said.score,
            identified=True,
            standing=Standing.UNKNOWN,
            rule=case.laboratory.unknown_camera,
            card=version.card,
        ):
            said.cell.label = UNIDENTIFIED
            # A reviewer who saw the name must not confirm it unseen.
            said.cell.revision += 1
            held.append(said.cell)
    if held:
        Cell.objects.bulk_update(held, ["label", "revision"], batch_size=200)
        record(
            actor=None,
            action=Action.RUN_AI,
            target=case,
            reason=_REASON,
            after={"model": str(version), "cells_held_back": len(held)},
            **scope_of(case),
        )
    return len(held)
