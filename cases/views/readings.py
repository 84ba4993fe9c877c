"""What a case's pages show of its images: state, quality, cells per class, and whether to look again soon."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from cases.blind import may_see_reading
from cases.cell_classes import BY_CODE, CellClass
from cases.models import Cell
from cases.states import UNSETTLED_IMAGE_STATES, CaseState, ImageState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case, SmearImage

# Case states in which the machine moves the case on without anybody's doing.
_MOVING_STATES = frozenset({CaseState.SUBMITTED, CaseState.ANALYSING})


@dataclass(frozen=True)
class ClassCount:
    """How many cells of one class."""

    cell_class: CellClass
    count: int


@dataclass(frozen=True)
class QualityReading:
    """The machine's verdict on a picture, in sentences; `advice` is what to do about a poor one."""

    verdict: str
    sentences: list[str]
    advice: str


@dataclass(frozen=True)
class FieldReading:
    """One image as the case page shows it; `class_counts` is None where this person sees no cells."""

    image: SmearImage
    quality: QualityReading | None
    class_counts: list[ClassCount] | None
    model_version: str


def field_readings(case: Case, user: User) -> list[FieldReading]:
    """Return the images of `case` in order, each with what `user` may see of its reading."""
    images = list(case.images.order_by("ordinal").prefetch_related("analyses__model_version"))
    counts = _counts_by_image(case, user)
    return [
        FieldReading(
            image=image,
            quality=quality_of(image),
            class_counts=None if counts is None else class_counts(counts.get(image.pk, {})),
            model_version=model_version_of(image),
        )
        for image in images
    ]


def class_counts(numbers: dict[str, int]) -> list[ClassCount]:
    """Return counts by label as counts by class, in the order classes are always shown."""
    return [ClassCount(BY_CODE[code], numbers[code]) for code in BY_CODE if numbers.get(code)]


def last_analysis(image: SmearImage) -> Any:
    """Return the last finished analysis of `image`, or None; reads prefetched rows where there are any."""
    done = [analysis for analysis in image.analyses.all() if analysis.state == "done"]  # type: ignore[attr-defined]
    return max(done, key=lambda analysis: analysis.finished_at or analysis.queued_at, default=None)


def model_version_of(image: SmearImage) -> str:
    """Return the name and version of the model whose reading stands, or nothing."""
    analysis = last_analysis(image)
    return str(analysis.model_version) if analysis and analysis.model_version else ""


def quality_of(image: SmearImage) -> QualityReading | None:
    """Return the quality verdict of `image` in sentences, or None before it was read."""
    analysis = last_analysis(image)
    if analysis is None or not analysis.quality:
        return None
    quality: dict[str, Any] = analysis.quality
    readings: dict[str, dict[str, Any]] = quality.get("readings", {})
    verdict = str(quality.get("verdict", ""))
    reasons = [str(sentence) for sentence in quality.get("reasons", [])]
    if verdict != "poor":
        good = [str(reading["sentence"]) for reading in readings.values() if reading.get("sentence")]
        return QualityReading(verdict=verdict, sentences=reasons or good, advice="")
    poor = [str(r["sentence"]) for r in readings.values() if r.get("verdict") == "poor" and r.get("sentence")]
    return QualityReading(
        verdict=verdict,
        sentences=[sentence for sentence in reasons if sentence not in poor],
        advice=" ".join(poor),
    )


def is_in_flight(case: Case, images: Iterable[SmearImage]) -> bool:
    """Whether the page will change by itself soon."""
    images = list(images)
    return any(image.state in UNSETTLED_IMAGE_STATES for image in images) or (
        bool(images) and case.state in _MOVING_STATES
    )


def progress_of(images: Sequence[SmearImage]) -> dict[str, int]:
    """Return how many images there are, how many the machine is done with, and how many have a problem."""
    return {
        "total": len(images),
        "settled": sum(image.state not in UNSETTLED_IMAGE_STATES for image in images),
        "problems": sum(image.state in {ImageState.FAILED, ImageState.REJECTED} for image in images),
    }


def fingerprint(case: Case, images: Iterable[SmearImage]) -> str:
    """Return a short digest of everything the live part of the page shows, to answer "nothing new" cheaply."""
    parts = [case.state, str(case.owner_id)]
    parts += [f"{image.pk}:{image.state}:{bool(image.thumbnail)}" for image in images]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _counts_by_image(case: Case, user: User) -> dict[UUID, dict[str, int]] | None:
    """Return cells by image and label, or None where `user` sees no cells of this case yet."""
    if not may_see_reading(user, case):
        return None
    rows = (
        Cell.objects.visible_to(user)
        .counted()
        .filter(image__case=case)
        .order_by()
        .values_list("image", "label")
        .annotate(number=Count("pk"))
    )
    counts: dict[UUID, dict[str, int]] = {}
    for image, label, number in rows:
        counts.setdefault(image, {})[label] = number
    return counts
