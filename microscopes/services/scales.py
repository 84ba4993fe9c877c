"""The scale that a microscope's own fields show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from audit.models import Action
from audit.services import record
from microscopes.models import Microscope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

FEWEST_FIELDS = 5
"""Fields whose red cells have to be measured before their median is remembered."""
_WORTH_AN_EVENT = 0.02


def remember_measured_scale(*, microscope_id: UUID, scales: Sequence[float]) -> Microscope | None:
    """Keep the median of `scales` (um/px, one a field) with its spread; under `FEWEST_FIELDS` nothing is remembered.

    Returns the microscope, or None where it is gone. The audit trail has it when a scale is first remembered, forgotten,
    or moves by more than 2 %.
    """
    with transaction.atomic():
        microscope = (
            Microscope.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(pk=microscope_id)
            .first()
        )
        if microscope is None:
            return None
        before = microscope.measured_um_per_px
        if len(scales) < FEWEST_FIELDS:
            median = spread = None
        else:
            low, median, high = (float(value) for value in np.quantile(scales, (0.25, 0.5, 0.75)))
            spread = (high - low) / 2
        microscope.measured_um_per_px, microscope.measured_spread = median, spread
        microscope.measured_fields = len(scales)
        microscope.save(update_fields=["measured_um_per_px", "measured_spread", "measured_fields"])
        if _moved(before, median):
            record(
                actor=None,
                action=Action.CONFIGURATION,
                target=microscope,
                before={"measured_um_per_px": before},
                after={"measured_um_per_px": median, "measured_spread": spread, "fields": len(scales)},
            )
    return microscope


def _moved(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(after - before) > _WORTH_AN_EVENT * before
