"""What the page that photographs a smear is told: limits and sentences for the live picture, and how far the case is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext

from cases.differential import LIMITED_BELOW
from cases.models import Cell
from cases.quality import POOR, quality_verdict
from cases.states import UNFINISHED_IMAGE_STATES, ImageState
from cases.words import in_words
from classifier.inference.picture_limits import SMALLEST_NUCLEUS_UM2, all_limits
from classifier.selectors import current_analyses
from workbench.presenters.fields import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from cases.models import Case, SmearImage
    from cases.quality import QualityVerdict
    from classifier.selectors import CurrentAnalysis

_PROBLEM_STATES = frozenset({ImageState.REJECTED, ImageState.FAILED})
_KNOWN_SCALES = frozenset({"given", "microscope", "red cells"})


@dataclass(frozen=True)
class TakenField:
    """A field of the strip. `um_per_px` is its scale where that is known well enough to measure the next ones by."""

    image: SmearImage
    quality: QualityVerdict | None
    um_per_px: float | None

    @property
    def is_to_retake(self) -> bool:
        """Whether it is better taken again."""
        return self.image.state in _PROBLEM_STATES or (self.quality is not None and self.quality.verdict == POOR)

    @property
    def advice(self) -> str:
        """What to do about it, empty where nothing is."""
        if self.image.state in _PROBLEM_STATES:
            return in_words(self.image.problem)
        return in_words(self.quality.advice or self.quality.held_back) if self.quality else ""


@dataclass(frozen=True)
class Strip:
    """The fields taken so far, the last one first, and how many white cells they show together."""

    fields: list[TakenField]
    white_cells: int
    fingerprint: str

    @property
    def sentence(self) -> str:
        """How far the case is: fields, white cells, and how many of these are missing to a count that is not a limited one."""
        number, found = len(self.fields), self.white_cells
        parts = [ngettext("%(number)d field", "%(number)d fields", number) % {"number": number}]
        if number:
            parts.append(
                ngettext("%(found)d white cell found", "%(found)d white cells found", found) % {"found": found}
            )
            to_go = max(0, LIMITED_BELOW - found)
            parts.append(gettext("%(to_go)d to go") % {"to_go": to_go} if to_go else gettext("enough for a count"))
        return ", ".join(parts)

    @property
    def is_moving(self) -> bool:
        """Whether a field still waits for its verdict."""
        return any(field.image.state in UNFINISHED_IMAGE_STATES for field in self.fields)


def strip_of(case: Case) -> Strip:
    """Return the fields of a draft with their verdicts, in three queries."""
    analyses = current_analyses(case)
    images = list(case.images.counting().order_by("-ordinal"))
    return Strip(
        [_taken(image, analyses.get(image.pk)) for image in images],
        _white_cells(case, analyses),
        fingerprint(case, images, held_up=False),
    )


def coach_settings() -> dict[str, Any]:
    """Return the limits and sentences that the worker judges a picture by, for the page to judge a live one by."""
    limits = all_limits()
    for reading in ("focus", "exposure", "stain"):
        one: dict[str, Any] = limits[reading]
        one["sentences"] = {code: gettext(sentence) for code, sentence in one["sentences"].items()}
    return {"limits": limits}


def _taken(image: SmearImage, analysis: CurrentAnalysis | None) -> TakenField:
    if analysis is None:
        return TakenField(image, None, None)
    known = analysis.um_per_px if analysis.scale_source in _KNOWN_SCALES else None
    return TakenField(image, quality_verdict(analysis.quality), known)


def _white_cells(case: Case, analyses: Mapping[UUID, CurrentAnalysis]) -> int:
    """How many nuclei as large as a white cell's were found, whatever the model calls them: that stays with the laboratory."""
    smallest = {
        pk: round(SMALLEST_NUCLEUS_UM2 / analysis.um_per_px**2)
        for pk, analysis in analyses.items()
        if analysis.um_per_px is not None
    }
    found = Cell.objects.counted().filter(image__case=case).order_by().values_list("image", "area_px")
    return sum(image in smallest and area >= smallest[image] for image, area in found)
