"""Analyses as a worker finishes them: claimed, then stored with what the model found."""

from __future__ import annotations

from collections.abc import Sequence

from cases.models import Case
from classifier.inference.types import Box, CellPrediction, ImageAnalysis, Quality
from classifier.models import Analysis
from classifier.services import claim_analysis, store_result
from tests.factories.cases import DETECTOR


def field_result(
    boxes: Sequence[tuple[int, int, int, int]], *, label: str = "eosinophil", detector: str = DETECTOR
) -> ImageAnalysis:
    """What a model finds in an image: every box is a `label`, 80 % sure."""
    return ImageAnalysis(
        quality=Quality("good", {}),
        um_per_px=0.1,
        scale_source="given",
        cells=[
            CellPrediction(
                box=Box(*box),
                area_px=300,
                label=label,
                score=0.8,
                probabilities={label: 0.8, "neutrophil" if label != "neutrophil" else "lymphocyte": 0.2},
                identified=True,
                novelty=0.1,
            )
            for box in boxes
        ],
        timings={"total": 0.1},
        detector=detector,
    )


def finish_analysis(case: Case, result: ImageAnalysis) -> Analysis:
    """Claim the waiting analysis of the case's only image and store `result`."""
    analysis = claim_analysis(image_id=case.images.get().pk, worker="w")
    assert analysis is not None
    assert store_result(analysis=analysis, result=result)
    return analysis


def boxes_of(case: Case) -> list[tuple[int, int, int, int]]:
    """The boxes of every cell of the case's only image, in order."""
    return [cell.box for cell in case.images.get().cells.order_by("ordinal")]
