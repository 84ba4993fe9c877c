"""A cell the detector missed: drawn by the reviewer, classified by the model at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.cell_classes import UNIDENTIFIED
from cases.models import HUMAN_DETECTOR, Cell, ExclusionReason, LabelSource
from cases.services.cells import overlap
from cases.services.transitions import lock_case
from classifier.services.unclassified_cells import request_classification
from hematovision.errors import Conflict, NotFound, Unprocessable
from review.cell_state import state_of
from review.models import ActionKind
from review.permissions import require_reviewer
from review.services.action_records import Change, record_action
from review.services.decisions import Applied, done_before, new_action
from review.services.guards import require_lease, require_open

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case, SmearImage

SMALLEST_PX = 6
"""Shortest side of a box anybody means to draw."""
SAME_CELL = 0.5
"""Boxes that share at least this much (intersection over union) are of one cell."""


def add_cell(*, actor: User, case: Case, action_id: UUID, image: SmearImage, box: tuple[int, int, int, int]) -> Applied:
    """Add the cell in `box` (x, y, width, height, px of the upright image) to a case under review.

    It is unidentified until the reviewer, or first the model's suggestion, gives it a class. The same `action_id`
    again adds nothing. Raises as `apply_action`; `Unprocessable` for a box that is not inside the image or too small,
    `Conflict` with code `cell_exists` where there is a cell already.
    """
    require_reviewer(actor=actor, case=case)
    if image.case_id != case.pk:
        raise NotFound(_("There is no such image in this case."))
    _refuse_bad_box(image, box)
    with transaction.atomic():
        lock_case(case)
        repeated = done_before(actor, case, action_id)
        if repeated is not None:
            return repeated
        require_open(case)
        require_lease(actor=actor, case=case)
        _refuse_same_cell(image, box)
        cell = _insert(image, box)
        action = new_action(actor, case, action_id, ActionKind.ADD, "", "")
        # Undoing an addition removes the cell: it was drawn, so it stays in the record.
        absent = {
            **state_of(cell),
            "removed": True,
            "excluded": True,
            "exclusion_reason": str(ExclusionReason.NOT_A_CELL),
        }
        change = Change(cell, {"label": UNIDENTIFIED}, decides=True, before=absent)
        record_action(action=action, changes=[change])
        request_classification(image_id=image.pk)
    return Applied(action, [cell])


def _insert(image: SmearImage, box: tuple[int, int, int, int]) -> Cell:
    x, y, width, height = box
    # Numbers go on after those of the detector, so that a number means one cell of the image.
    last = Cell.objects.filter(image=image).aggregate(last=Max("ordinal"))["last"] or 0
    return Cell.objects.create(
        image=image,
        ordinal=last + 1,
        detector=HUMAN_DETECTOR,
        x=x,
        y=y,
        width=width,
        height=height,
        # No mask was detected: the ellipse that fills the box.
        area_px=max(1, round(math.pi / 4 * width * height)),
        label=UNIDENTIFIED,
        label_source=LabelSource.MODEL,
    )


def _refuse_bad_box(image: SmearImage, box: tuple[int, int, int, int]) -> None:
    x, y, width, height = box
    if width < SMALLEST_PX or height < SMALLEST_PX:
        raise Unprocessable(
            _("Draw a box of at least %(pixels)s pixels each way.") % {"pixels": SMALLEST_PX}, code="box_too_small"
        )
    if x < 0 or y < 0 or x + width > image.width or y + height > image.height:
        raise Unprocessable(_("The box reaches beyond the image."), code="box_outside")


def _refuse_same_cell(image: SmearImage, box: tuple[int, int, int, int]) -> None:
    near = Cell.objects.current().filter(image=image, removed=False, x__lt=box[0] + box[2], y__lt=box[1] + box[3])
    same = next((cell for cell in near if overlap(cell.box, box) >= SAME_CELL), None)
    if same is not None:
        sentence = _("Cell %(number)s is here already.") % {"number": same.ordinal}
        raise Conflict(sentence, code="cell_exists", details={"cell": str(same.pk)})
