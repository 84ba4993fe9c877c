"""Where the picture of a cell is fetched, so that all cells of a page are shown at one physical scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from classifier.selectors import current_analyses

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from cases.models import Case, Cell

NEAR_UM = 22.0
"""Side of the square shown of a cell, um: a large monocyte with its rim."""
WIDE_UM = 60.0
"""Side of the square shown of a cell with its neighbours, um."""
_NEAR_WITHOUT_SCALE = 1.3


class CropAddresses:
    """Addresses of the squares around the cells of one case.

    Without a known scale the largest box of a field stands in for `NEAR_UM`, the same for all its cells.
    """

    def __init__(self, case: Case, cells: Iterable[Cell]) -> None:
        scales = {pk: analysis.um_per_px for pk, analysis in current_analyses(case).items()}
        widest: dict[UUID, int] = {}
        for cell in cells:
            widest[cell.image_id] = max(widest.get(cell.image_id, 0), cell.width, cell.height)
        self.scale_known = all(scales.get(image) or case.um_per_px for image in widest)
        self._px_per_um = {
            image: 1 / (scales.get(image) or case.um_per_px or NEAR_UM / (side * _NEAR_WITHOUT_SCALE))
            for image, side in widest.items()
        }

    def near(self, cell: Cell, size: int = 192) -> str:
        """The cell itself, `size` px wide."""
        return self._address(cell, NEAR_UM, size)

    def wide(self, cell: Cell, size: int = 512) -> str:
        """The cell with its neighbours, `size` px wide."""
        return self._address(cell, WIDE_UM, size)

    def _address(self, cell: Cell, side_um: float, size: int) -> str:
        span = round(side_um * self._px_per_um[cell.image_id])
        return f"{reverse('cases:cell_crop', args=[cell.pk])}?size={size}&span={span}"
