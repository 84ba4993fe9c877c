"""Which scale a field is analysed at, where it comes from, and whether cells may be named at it.

In this order: given with the case, remembered of the microscope, red cells, white cells, not known. A crop cut at a wrong
scale shows the network another cell: where the scale is not known well enough, cells are still found, at the best guess
there is, for people to name; the model's names are held back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from classifier.inference.errors import BadInput
from classifier.inference.picture_limits import DEFAULT_UM_PER_PX
from classifier.inference.scale import ENOUGH_CELLS, RedCellRuler, pooled_um_per_px, red_cell_error
from classifier.inference.types import Measurement, ScaleSource
from classifier.inference.white_cells import WhiteCellRuler, white_cell_error

#: Names stand at a scale pooled over white cells when its relative standard deviation is at most this, as of ten fields.
#: The white cells of one field alone never name: a few platelets taken for nuclei make its scale three times too coarse.
NAMED_ERROR = 0.13
#: Red cells of one field stray from their camera's by less than this where enough are seen: none of 485 fields did.
DIFFERS = 0.25

_HOW_TO_HELP = (
    "cells are found but not named. Enter the scale (µm per pixel) in the details of the case, name a microscope whose scale "
    "is known, or take a field that shows whole red cells beside the white ones."
)
_SENTENCES: dict[ScaleSource, str] = {
    "given": "The scale was given.",
    "microscope": "The scale is this microscope's.",
    "red cells": "The scale was measured on the red cells.",
    "white cells": f"The scale of this image was only estimated, on its white cells (give or take {white_cell_error(fields=1):.0%}): "
    f"{_HOW_TO_HELP}",
    "unknown": f"The scale of this image is not known: {_HOW_TO_HELP}",
}
_ANOTHER_OBJECTIVE = (
    "Scale differs from this microscope's: the red cells speak for {seen:.3f} µm per pixel, not {used:.3f}, so cells are "
    "found but not named. Check the objective; if it was changed, enter the scale in the details of the case."
)
_CHECK_THE_GIVEN = "The red cells speak for {seen:.3f} µm per pixel, not for the {used:.3f} given: check the scale."


@dataclass(frozen=True, slots=True)
class PooledScale:
    """One scale for the images of one camera: where it was read off, on how many fields, its relative standard deviation."""

    um_per_px: float
    source: ScaleSource
    fields: int
    error: float


def require_scale(um_per_px: float | None) -> None:
    """Raise BadInput unless a scale is a positive number of um/px, or None."""
    if um_per_px is not None and not (np.isfinite(um_per_px) and um_per_px > 0):
        raise BadInput(f"A scale is a positive number of micrometres per pixel, not {um_per_px}.")


def choose_scale(
    red: RedCellRuler,
    um_per_px: float | None = None,
    *,
    microscope: float | None = None,
    white: WhiteCellRuler | None = None,
) -> tuple[float, ScaleSource]:
    """The scale to work at, um/px, and where it comes from: what is given, remembered, measured, or a mere guess."""
    candidates: tuple[tuple[float | None, ScaleSource], ...] = (
        (um_per_px, "given"),
        (microscope, "microscope"),
        (red.um_per_px, "red cells"),
        (white.um_per_px if white else None, "white cells"),
    )
    for scale, source in candidates:
        if scale is not None:
            return scale, source
    return DEFAULT_UM_PER_PX, "unknown"


def pooled_scale(red: Iterable[RedCellRuler], white: Iterable[WhiteCellRuler] = ()) -> PooledScale | None:
    """One scale for images of one camera: of the fields whose red cells can be measured, else of all their white cells.

    `white` is only drawn from where red cells say nothing. None where the scale stays too uncertain to name cells at.
    """
    known = [ruler for ruler in red if ruler.um_per_px is not None]
    found = pooled_um_per_px(known)
    if found is not None:
        return PooledScale(found, "red cells", len(known), red_cell_error(fields=len(known)))
    fields = [ruler for ruler in white if ruler.um_per_px is not None]
    found = pooled_um_per_px(fields)
    if found is None or white_cell_error(fields=len(fields)) > NAMED_ERROR:
        return None
    return PooledScale(found, "white cells", len(fields), white_cell_error(fields=len(fields)))


def judge_scale(um_per_px: float, source: ScaleSource, *, red: RedCellRuler) -> Measurement:
    """What the quality of a field says of its scale: poor where no cell may be named at it, with what to do about it."""
    value, seen = round(um_per_px, 5), red.um_per_px
    if seen is not None and red.count >= ENOUGH_CELLS and not 1 / (1 + DIFFERS) <= seen / um_per_px <= 1 + DIFFERS:
        if source == "given":
            return Measurement(value, "acceptable", _CHECK_THE_GIVEN.format(seen=seen, used=um_per_px))
        return Measurement(value, "poor", _ANOTHER_OBJECTIVE.format(seen=seen, used=um_per_px))
    return Measurement(value, "poor" if source in {"white cells", "unknown"} else "good", _SENTENCES[source])
