"""The scale of a microscope, learned from the red cells of its own fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.models import SmearImage
from classifier.models import Analysis, AnalysisState
from microscopes.services import remember_measured_scale

if TYPE_CHECKING:
    from uuid import UUID

_MOST_FIELDS = 200
"""A camera that was changed shows in its newest fields; older ones no longer count."""


def learn_scale(*, microscope_id: UUID | None) -> None:
    """Remember the median scale of the red cells in the newest fields of a microscope; call it after each analysis."""
    if microscope_id is None:
        return
    measured = Analysis.objects.filter(
        image__in=SmearImage.objects.counting().filter(microscope=microscope_id),
        state=AnalysisState.DONE,
        scale_source="red cells",
        um_per_px__isnull=False,
    )
    # One scale a field, of its newest analysis.
    by_field: dict[UUID, float] = {}
    for image_id, scale in measured.order_by("-finished_at").values_list("image", "um_per_px")[: 2 * _MOST_FIELDS]:
        if scale is not None and len(by_field) < _MOST_FIELDS:
            by_field.setdefault(image_id, scale)
    remember_measured_scale(microscope_id=microscope_id, scales=list(by_field.values()))
