"""Taking back names that a model gave on a camera before it turned out not to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from audit.models import Action
from audit.services import record
from cases.cell_classes import UNIDENTIFIED
from cases.models import Case, Cell, LabelSource
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from cases.states import OPEN_STATES
from classifier.models import CameraStanding
from classifier.selectors import predictions_of_camera
from classifier.standing import Standing, falls

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from classifier.models import ModelVersion, Prediction
    from classifier.selectors import Camera

_REASON = gettext_noop("The model does not know the camera.")


def hold_back_names(*, version: ModelVersion, camera: Camera) -> int:
    """Hold back what the model said on a camera, if it does not know it; returns on how many cells.

    Only on cells that no person has decided on, in open cases, and as the rule of each laboratory says. Their predictions
    stay as they were made. Call it after the transaction of a result: each case is locked in turn, as its reviewer locks it.
    """
    if not CameraStanding.objects.filter(model_version=version, state=Standing.UNKNOWN, **camera).exists():
        return 0
    named = _named(version, camera).filter(cell__image__case__state__in=OPEN_STATES)
    # Mostly there are none, and the database plans this sooner than cases with the same question inside.
    found = set(named.order_by().values_list("cell__image__case", flat=True).distinct())
    cases = Case.objects.filter(pk__in=found).order_by("pk") if found else []
    return sum(_hold_back_in(case, version, camera) for case in cases)


def hold_back_names_at(*, laboratory_id: UUID) -> int:
    """Hold back names on every camera of a laboratory and its clinics that a model does not know; returns on how many cells."""
    of_laboratory = (
        Q(microscope__organisation=laboratory_id)
        | Q(microscope__organisation__refers_to=laboratory_id)
        | Q(clinic=laboratory_id)
        | Q(clinic__refers_to=laboratory_id)
    )
    held = 0
    for standing in CameraStanding.objects.filter(of_laboratory, state=Standing.UNKNOWN).select_related(
        "model_version"
    ):
        camera: Camera = {"microscope_id": standing.microscope_id, "clinic_id": standing.clinic_id}
        held += hold_back_names(version=standing.model_version, camera=camera)
    return held


def _named(version: ModelVersion, camera: Camera) -> QuerySet[Prediction]:
    """What the model named on a camera that no longer stands there; a name that stands costs nothing however many there are."""
    given = predictions_of_camera(version=version, camera=camera).filter(falls(version.card))
    return given.filter(identified=True, cell__label_source=LabelSource.MODEL).exclude(cell__label=UNIDENTIFIED)


@transaction.atomic
def _hold_back_in(case: Case, version: ModelVersion, camera: Camera) -> int:
    lock_case(case)
    if case.state not in OPEN_STATES:
        return 0
    held = []
    for said in _named(version, camera).filter(cell__image__case=case).select_related("cell"):
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
