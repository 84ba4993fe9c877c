"""What stands between the services and the engine: a worker process installs an analyser, services use it.

The web process imports the services and must never load an engine; so the services know this small
protocol only, and `classifier.worker` installs the analyser that holds a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.inference.types import CellPrediction, ImageAnalysis, Rgb
    from classifier.models import ModelVersion


class Analyser(Protocol):
    """Analyses images with a registered model."""

    engine: str

    def analyse(
        self,
        version: ModelVersion,
        rgb: Rgb,
        *,
        um_per_px: float | None,
        microscope_um_per_px: float | None = None,
        is_confirmed: bool = False,
    ) -> ImageAnalysis:
        """Detect and classify every cell of an (H, W, 3) uint8 RGB image.

        `um_per_px` is the scale given with the case, `microscope_um_per_px` the one remembered of its microscope. `is_confirmed` has
        cells searched for in what looks like no smear. Raises `classifier.inference.errors.InferenceError` when the model cannot be used.
        """

    def classify(
        self,
        version: ModelVersion,
        rgb: Rgb,
        *,
        boxes: Sequence[tuple[int, int, int, int]],
        um_per_px: float,
        held_back: bool,
    ) -> list[CellPrediction]:
        """Classify the cells in `boxes` (x, y, w, h px of `rgb`), in that order; `um_per_px` is the scale of `rgb`.

        `held_back` leaves all of them unidentified, as the analysis of their image did. Raises as `analyse`.
        """

    def explain(
        self, version: ModelVersion, rgb: Rgb, *, box: tuple[int, int, int, int], um_per_px: float, label: str
    ) -> Rgb:
        """The crop of the cell in `box` (x, y, w, h px of `rgb`) with the evidence for `label` laid over it.

        Returns (S, S, 3) uint8 RGB; `um_per_px` is the scale of `rgb`. Raises as `analyse`.
        """


_installed: list[Analyser] = []


def install(analyser: Analyser | None) -> None:
    """Make `analyser` the one of this process; None leaves the process without one."""
    _installed.clear()
    if analyser is not None:
        _installed.append(analyser)


def installed() -> Analyser:
    """Return this process's analyser; raises RuntimeError outside a worker, which is a defect."""
    if not _installed:
        message = "No engine is installed in this process: analyses run in a Celery worker."  # not translated
        raise RuntimeError(message)
    return _installed[-1]
