"""Copying cells of a signed report into the material that is taught."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.imaging import crop_around
from cases.models import Patient, SmearImage
from cases.permissions import must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.display_pixels import display_pixels
from cases.services.transitions import lock_case
from education.copy_rules import MOST_CELLS, copyable_cells, refusal, why_not
from education.models import SIDE_PX, MaterialState, Source, TeachingCell, TeachingConsent, TeachingSource, Truth
from education.permissions import may_copy
from education.services.material import keep_cell, pixel_hash
from education.verification import COPIED
from education.words import BY_A_RULE
from hematovision.errors import Conflict, Unprocessable
from hematovision.languages import in_language

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    import numpy as np
    from numpy.typing import NDArray

    from accounts.models import User
    from cases.models import Case
    from education.copy_rules import CopyableCell
    from reports.models import Report

NOT_FOR_YOU = gettext_lazy("Pathologists and administrators of the laboratory copy cells of its signed cases.")


def copy_cells(*, actor: User, report: Report, cells: Collection[UUID], confirmed: bool) -> list[TeachingCell]:
    """Copy `cells` of a signed `report` into the laboratory's material, open at once; returns the new ones.

    `confirmed` is the person's word that no name, number or face is in the pictures. Raises `NotFound` for a case the actor
    does not see, `PermissionRefused`, `Unprocessable` without the word, without cells, with too many or with one that cannot
    be copied, and `Conflict` where the report, the clinic or the patient stands against it or a
    person recalled the picture before.
    """
    must_see(actor=actor, record_=report.case)
    if not may_copy(actor, report.case):
        refuse(actor=actor, target=report, sentence=NOT_FOR_YOU)
    if not confirmed:
        raise Unprocessable(_("Say that no name, number or face is in these pictures."), code="not_confirmed")
    sentence = why_not(report)
    if sentence:
        raise Conflict(sentence, code="not_for_teaching")
    chosen = chosen_of(report, cells)
    pictures = pictures_of(chosen)
    case = report.case
    _refuse_recalled(case, chosen, pictures)
    with in_language("en"):
        stain = str(case.get_stain_display())
    with transaction.atomic():
        # An objection, a signature and a consent withdrawn wait for the copy, and then recall it. The patient comes first, as
        # where a patient is restricted.
        Patient.objects.select_for_update(no_key=True).only("pk").get(pk=case.patient_id)
        lock_case(case)
        list(TeachingConsent.objects.in_force().select_for_update(no_key=True).filter(clinic=case.clinic_id))
        sentence = refusal(report)
        if sentence:
            raise Conflict(sentence, code="not_for_teaching")
        cameras = dict(SmearImage.objects.filter(pk__in={cell.image for cell in chosen}).values_list("pk", "camera"))
        made: dict[str, str] = {}
        kept = []
        for cell, pixels in zip(chosen, pictures, strict=True):
            taught, is_new = keep_cell(
                pixels=pixels,
                laboratory=case.laboratory,
                cell_class=cell.label,
                truth=Truth.AGREED if cell.is_agreed else Truth.SINGLE,
                um_per_px=cell.um_per_px,
                stain=stain[:40],
                camera=cameras[cell.image],
                source=Source.SIGNED,
                credit=cell.credit,
                state=MaterialState.OPEN,
                created_by=actor,
                approved_by=actor,
            )
            if not is_new:
                continue
            TeachingSource.objects.create(teaching_cell=taught, report=report, cell_id=cell.id)
            made[str(taught.pk)] = str(cell.id)
            kept.append(taught)
        record(actor=actor, action=Action.EXPORT, target=report, after={COPIED: made}, **scope_of(case))
    return kept


def chosen_of(report: Report, cells: Collection[UUID]) -> list[CopyableCell]:
    """Those of `cells` that may be copied; raises `Unprocessable` for none, too many, and any that may not."""
    wanted = set(cells)
    if not wanted:
        raise Unprocessable(_("Choose at least one cell."), code="no_cells")
    if len(wanted) > MOST_CELLS:
        raise Unprocessable(_("Choose at most %(most)s cells at once.") % {"most": MOST_CELLS}, code="too_many_cells")
    chosen = [cell for cell in copyable_cells(report) if cell.id in wanted and not cell.is_copied]
    if len(chosen) != len(wanted):
        sentence = _("One of these cells cannot be copied, or was copied already: choose again.")
        raise Unprocessable(sentence, code="cell_not_copyable")
    return chosen


def pictures_of(cells: Sequence[CopyableCell]) -> list[NDArray[np.uint8]]:
    """The picture of each of `cells`, (256, 256, 3) uint8 RGB: the pixels that the pages of the case show, and nothing else."""
    images = SmearImage.objects.in_bulk({cell.image for cell in cells})
    found: dict[UUID, NDArray[np.uint8]] = {}
    # One image after the other: each is as large as a field, and none is needed twice.
    for pk, image in images.items():
        field = display_pixels(image)
        found |= {
            cell.id: crop_around(field, cell.box, span=cell.span, size=SIDE_PX) for cell in cells if cell.image == pk
        }
    return [found[cell.id] for cell in cells]


def _refuse_recalled(case: Case, cells: Sequence[CopyableCell], pictures: Sequence[NDArray[np.uint8]]) -> None:
    """Raise `Conflict` for a picture that a person recalled: whatever was wrong with it still is."""
    hashes = [pixel_hash(pixels) for pixels in pictures]
    recalled = TeachingCell.objects.filter(
        laboratory=case.laboratory_id, state=MaterialState.RECALLED, pixel_hash__in=hashes
    ).exclude(recalled_because__in=BY_A_RULE)
    why = dict(recalled.values_list("pixel_hash", "recalled_because"))
    for cell, digest in zip(cells, hashes, strict=True):
        if digest in why:
            sentence = _("Field %(field)s, cell %(number)s was recalled (%(why)s): leave it out.")
            values = {"field": cell.field, "number": cell.number, "why": why[digest].rstrip(".")}
            raise Conflict(sentence % values, code="recalled_before")
