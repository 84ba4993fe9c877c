"""Keeping what people call cells, for calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from calibration.models import CalibrationLabel
from calibration.permissions import must_calibrate
from calibration.verification import label_digest
from cases.blinding import require_open
from cases.models import Cell
from cases.services.audit_trail import scope_of
from consult.cell_labels import CLASS_OF_CODE
from hematovision.errors import NotFound, Unprocessable

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from microscopes.models import Microscope


def label_cell(*, actor: User, microscope: Microscope, cell_id: UUID, code: str) -> CalibrationLabel:
    """Keep what `actor` calls a cell of `microscope`: a class, "unidentified" or "excluded". The review is not touched.

    Raises `NotFound` for a cell the actor may not see or of another microscope, `PermissionRefused`,
    `CaseClosedByBlinding`, or `Unprocessable` for an unknown code.
    """
    must_calibrate(actor=actor, microscope=microscope)
    if code not in CLASS_OF_CODE:
        raise Unprocessable(_("There is no such cell class."), code="unknown_label")
    visible = Cell.objects.visible_to(actor, break_glass=False).filter(pk=cell_id, image__microscope=microscope)
    cell = visible.select_related("image__case").first()
    if cell is None:
        raise NotFound
    require_open(actor, cell.image.case)
    with transaction.atomic():
        # The cell, so that two people who name it at once do so one after the other.
        Cell.objects.select_for_update(of=("self",)).get(pk=cell.pk)
        given = CalibrationLabel.objects.filter(cell=cell).first()
        before = given.label if given else ""
        if given is not None and before == code:
            return given
        given = given or CalibrationLabel(cell=cell)
        given.label, given.by, given.at = code, actor, timezone.now()
        given.save()
        record(
            actor=actor,
            action=Action.UPDATE if before else Action.CREATE,
            target=given,
            before={"label": before},
            after={"label": code, "cell": str(cell.pk), "microscope": str(microscope.pk), "row": label_digest(given)},
            **scope_of(cell),
        )
    return given
