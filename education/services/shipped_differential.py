"""The timed differential that ships with the product: a hundred white cells, and erythroblasts beside them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop

from education.models import Feedback, MaterialState, SetKind, SetState, TeachingCell, TeachingSet, TeachingSetCell
from education.teaching_classes import counting_as

SHIPPED_AS = "differential-100"
CELLS = {
    "neutrophil": 32,
    "lymphocyte": 20,
    "monocyte": 14,
    "eosinophil": 10,
    "basophil": 4,
    "immature_granulocyte": 20,
    "erythroblast": 4,
}
"""How many of each class: a smear with a left shift and erythroblasts, as far as the shipped cells reach."""
_TITLE = gettext_noop("A hundred cells against the clock")
_ABOUT = gettext_noop(
    "Real cells of many smears, put together as one with a left shift: call each, and see how near you come to the truth."
)


def ensure_shipped_differential() -> int:
    """Make the set from shared cells where it is not there. Returns how many are new: none where a class has too few cells."""
    if TeachingSet.objects.filter(shipped_as=SHIPPED_AS).exists():
        return 0
    chosen = []
    for code, number in CELLS.items():
        cells = TeachingCell.objects.filter(
            laboratory=None, state=MaterialState.OPEN, cell_class__in=counting_as({code}, finer=False)
        ).for_marks()
        # By what they show: the same cells on every installation.
        found = list(cells.order_by("pixel_hash")[:number])
        if len(found) < number:
            return 0
        chosen += found
    with transaction.atomic():
        made = TeachingSet.objects.create(
            title=_TITLE,
            about=_ABOUT,
            kind=SetKind.DIFFERENTIAL,
            length=len(chosen),
            feedback=Feedback.AT_END,
            state=SetState.OPEN,
            shipped_as=SHIPPED_AS,
        )
        TeachingSetCell.objects.bulk_create(
            TeachingSetCell(teaching_set=made, position=position, cell=cell) for position, cell in enumerate(chosen)
        )
    return 1
