"""What stands in for the model in the history of the demonstration: answers drawn by lot about smears whose cells are known.

History goes through no model: two thousand cells would take minutes, and the figures of a board would be those of drawn smears.
The share of wrong and of unidentified answers is that of the model card's validation set, with a mild decline in the last weeks at
one microscope. Every analysis of it says that it was made here (`DETECTOR`, and the name of its worker).
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from classifier.inference.types import CellPrediction, ImageAnalysis, Measurement, Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.inference.synthetic import TrueCell
    from classifier.inference.types import Box, Rgb
    from classifier.models import ModelVersion

DETECTOR = "demonstration"
_NOVELTY = 0.8
"""As a cell of a camera that the model knows: the middle of its validation set."""
# Wrong answers in a hundred, and what the cell is then taken for.
_WRONG: dict[str, tuple[float, str]] = {
    "neutrophil": (2.4, "immature_granulocyte"),
    "eosinophil": (6.0, "neutrophil"),
    "basophil": (1.0, "eosinophil"),
    "lymphocyte": (0.5, "monocyte"),
    "monocyte": (2.5, "lymphocyte"),
    "immature_granulocyte": (5.0, "monocyte"),
    "erythroblast": (1.0, "lymphocyte"),
    "platelet": (0.5, "lymphocyte"),
}
_DECLINING = {"monocyte": 1.0, "lymphocyte": 0.4, "neutrophil": 0.15}
"""Which part of a decline a class has: a camera that goes out of adjustment takes the look-alikes for each other."""
_UNIDENTIFIED = 0.07
_UNIDENTIFIED_WHERE_WRONG = 0.45


class DemoGenerator:
    """An analyser that is told which cells are on the next image, and answers about them by a seeded lot."""

    engine = "demonstration"

    def __init__(self) -> None:
        self._cells: Sequence[TrueCell] = ()
        self._lot = Random()  # noqa: S311 - a demonstration that is the same each time
        self._decline = 0.0

    def show(self, cells: Sequence[TrueCell], *, seed: int, decline: float = 0.0) -> None:
        """Take `cells` as those of the next image; `decline` is the share of monocytes mistaken on top."""
        self._cells, self._lot, self._decline = cells, Random(seed), decline  # noqa: S311 - as above

    def analyse(
        self,
        version: ModelVersion,
        rgb: Rgb,
        *,
        um_per_px: float | None,
        microscope_um_per_px: float | None = None,
        is_confirmed: bool = False,
    ) -> ImageAnalysis:
        """See `classifier.analyser.Analyser.analyse`; the scale is always given."""
        focus = Measurement(1.0, "good", "Drawn for the demonstration.")  # not translated
        return ImageAnalysis(
            quality=Quality("good", {"focus": focus}),
            um_per_px=um_per_px or microscope_um_per_px or 0.2,
            scale_source="given",
            cells=[self._answer(cell) for cell in self._cells],
            timings={"demonstration": 0.0},
            detector=DETECTOR,
        )

    def classify(
        self,
        version: ModelVersion,
        rgb: Rgb,
        *,
        boxes: Sequence[tuple[int, int, int, int]],
        um_per_px: float,
        held_back: bool,
    ) -> list[CellPrediction]:
        """Refuse: nobody draws a cell in the history of the demonstration. Raises `RuntimeError`."""
        raise RuntimeError("No cell is drawn in the history of the demonstration.")

    def explain(
        self, version: ModelVersion, rgb: Rgb, *, box: tuple[int, int, int, int], um_per_px: float, label: str
    ) -> Rgb:
        """Refuse: nobody asks where the model looked in the history of the demonstration. Raises `RuntimeError`."""
        raise RuntimeError("No cell is explained in the history of the demonstration.")

    def _answer(self, cell: TrueCell) -> CellPrediction:
        lot = self._lot
        share, other = _WRONG[cell.label]
        more = self._decline * _DECLINING.get(cell.label, 0.0)
        is_wrong = lot.random() < share / 100 + more
        best, second = (other, cell.label) if is_wrong else (cell.label, other)
        identified = lot.random() >= (_UNIDENTIFIED_WHERE_WRONG if is_wrong else _UNIDENTIFIED)
        score = lot.uniform(0.86, 0.999) if identified else lot.uniform(0.42, 0.74)
        return CellPrediction(
            box=cell.box,
            area_px=_area(cell.box),
            label=best if identified else UNIDENTIFIED,
            score=score,
            probabilities=_probabilities(best, second, score),
            identified=identified,
            novelty=lot.uniform(_NOVELTY - 0.3, _NOVELTY + 0.3),
        )


def _area(box: Box) -> int:
    """An ellipse in the box."""
    return round(box.w * box.h * 0.785)


def _probabilities(best: str, second: str, score: float) -> dict[str, float]:
    """Three quarters of what `best` leaves go to `second`, the rest to all others alike."""
    left = 1 - score
    rest = left / 4 / (len(CLASS_CODES) - 2)
    return {code: score if code == best else 3 * left / 4 if code == second else rest for code in CLASS_CODES}
