"""What stands between the services and the engine: a worker process installs a reader, services use it.

The web process imports the services and must never load an engine; so the services know this small
protocol only, and `classifier.worker` installs the reader that holds a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classifier.inference.types import CellResult, FieldResult, Rgb
    from classifier.models import ModelVersion


class ImageReader(Protocol):
    """Reads whole pictures with a registered model."""

    engine: str

    def read(self, version: ModelVersion, rgb: Rgb, *, um_per_px: float | None) -> FieldResult:
        """Locate and classify every cell of an (H, W, 3) uint8 RGB picture.

        Raises `classifier.inference.errors.InferenceError` when the model cannot be used.
        """

    def classify(
        self, version: ModelVersion, rgb: Rgb, *, boxes: Sequence[tuple[int, int, int, int]], um_per_px: float
    ) -> list[CellResult]:
        """Classify the cells in `boxes` (x, y, w, h px of `rgb`), in that order; `um_per_px` is the scale of `rgb`.

        Raises as `read`.
        """

    def explain(
        self, version: ModelVersion, rgb: Rgb, *, box: tuple[int, int, int, int], um_per_px: float, label: str
    ) -> Rgb:
        """The crop of the cell in `box` (x, y, w, h px of `rgb`) with the evidence for `label` laid over it.

        Returns (S, S, 3) uint8 RGB; `um_per_px` is the scale of `rgb`. Raises as `read`.
        """


_readers: list[ImageReader] = []


def install(reader: ImageReader | None) -> None:
    """Make `reader` the one this process reads with; None leaves the process without one."""
    _readers.clear()
    if reader is not None:
        _readers.append(reader)


def installed() -> ImageReader:
    """Return this process's reader; raises RuntimeError outside a worker, which is a defect."""
    if not _readers:
        message = "No engine is installed in this process: analyses run in a Celery worker."
        raise RuntimeError(message)
    return _readers[-1]
