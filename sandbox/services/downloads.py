"""What can be taken along of a tried picture: a table of its cells, and the picture with the cells drawn into it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from cases.cell_classes import CLASS_CODES
from cases.services.decoding import decode_shown
from cases.stored_files import open_stored
from classifier.inference.types import Box, CellPrediction, ImageAnalysis, Measurement, Quality
from classifier.overlay import draw_overlay
from sandbox.services.turns import turn
from sandbox.words import FILE_GONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.models import TriedPicture

LONGEST_SIDE = 2000
"""Of the picture with its cells drawn into it, px."""
NOT_FOR_CARE = "For learning. Not a diagnosis."  # not translated


def csv_rows(tried: TriedPicture) -> Iterator[Sequence[object]]:
    """A heading and a row for each cell of an answered picture."""
    result: dict[str, Any] = tried.result or {}
    yield [
        *("cell", "x", "y", "width", "height", "label", "score", "identified", "most_probable", "why", "own_label"),
        *("um_per_px", "scale_source", "model", *CLASS_CODES),
    ]
    for number, cell in enumerate(tried.cells, start=1):
        yield [
            *(number, *cell["box"], cell["label"], f"{cell['score']:.6f}", int(cell["identified"])),
            *(cell["best_label"], cell["why"], tried.own_labels.get(str(number), "")),
            *(f"{result['um_per_px']:.5f}", result["scale_source"], str(tried.model_version)),
            *(f"{cell['probabilities'].get(code, 0):.6f}" for code in CLASS_CODES),
        ]


def overlay_png(tried: TriedPicture) -> bytes:
    """The picture with a numbered box a cell and a legend beside it, as a PNG; raises as `open_stored`, and `DecodersBusy`.

    A picture longer than `LONGEST_SIDE` px is shrunk to it: this is drawn while somebody waits, in their web process.
    """
    sheet = io.BytesIO()
    with turn():
        with open_stored(str(tried.picture.name), FILE_GONE) as file:
            shown = Image.fromarray(decode_shown(file))
        scale = min(1.0, LONGEST_SIDE / max(shown.size))
        if scale < 1:
            shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.HAMMING)
        drawn = draw_overlay(np.asarray(shown), _analysis(tried, scale), title=NOT_FOR_CARE)
        drawn.save(sheet, "PNG", compress_level=3)
    return sheet.getvalue()


def _analysis(tried: TriedPicture, scale: float) -> ImageAnalysis:
    """The stored answer as the pipeline gave it, its boxes as they lie in the picture at `scale`."""
    result: dict[str, Any] = tried.result or {}
    quality = result["quality"]
    readings = {name: Measurement(**reading) for name, reading in quality["readings"].items()}
    cells = [
        CellPrediction(
            box=Box(*(round(edge * scale) for edge in cell["box"])),
            area_px=cell["area_px"],
            label=cell["label"],
            score=cell["score"],
            probabilities=cell["probabilities"],
            identified=cell["identified"],
            novelty=cell["novelty"],
        )
        for cell in tried.cells
    ]
    return ImageAnalysis(
        quality=Quality(quality["verdict"], readings, is_other=bool(quality["no_smear"])),
        um_per_px=result["um_per_px"],
        scale_source=result["scale_source"],
        cells=cells,
        timings={},
    )
