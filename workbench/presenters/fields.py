"""What a case's pages show of its fields: state, quality, cells per class, and whether to look again soon."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from cases.blinding import may_see_model_output
from cases.cell_classes import BY_CODE, CellClass
from cases.models import Cell
from cases.quality import QualityVerdict, quality_verdict
from cases.states import UNFINISHED_IMAGE_STATES, CaseState, ImageState
from classifier.selectors import current_analyses, waits_for_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case, SmearImage

# Case states in which the model moves the case on without anybody's doing.
_MOVING_STATES = frozenset({CaseState.SUBMITTED, CaseState.ANALYSING})


@dataclass(frozen=True)
class ClassCount:
    """How many cells of one class."""

    cell_class: CellClass
    count: int


@dataclass(frozen=True)
class FieldSummary:
    """One image as the case page shows it; `class_counts` is None where this person sees no cells."""

    image: SmearImage
    quality: QualityVerdict | None
    class_counts: list[ClassCount] | None
    model_version: str


def field_summaries(case: Case, user: User) -> list[FieldSummary]:
    """Return the images of `case` in order, each with what `user` may see of its analysis."""
    images = list(case.images.counting().select_related("microscope").order_by("ordinal"))
    analyses = current_analyses(case)
    counts = _counts_by_image(case, user)
    return [
        FieldSummary(
            image=image,
            quality=quality_verdict(analyses[image.pk].quality) if image.pk in analyses else None,
            class_counts=None if counts is None else class_counts(counts.get(image.pk, {})),
            model_version=str(analyses[image.pk].model_version) if image.pk in analyses else "",
        )
        for image in images
    ]


def class_counts(numbers: dict[str, int]) -> list[ClassCount]:
    """Return counts by label as counts by class, in the order classes are always shown."""
    return [ClassCount(BY_CODE[code], numbers[code]) for code in BY_CODE if numbers.get(code)]


def is_in_flight(case: Case, images: Iterable[SmearImage]) -> bool:
    """Whether the page will change by itself soon."""
    images = list(images)
    return any(image.state in UNFINISHED_IMAGE_STATES for image in images) or (
        bool(images) and case.state in _MOVING_STATES
    )


def progress_of(images: Sequence[SmearImage]) -> dict[str, int]:
    """Return how many images there are, how many are analysed or given up, and how many have a problem."""
    return {
        "total": len(images),
        "finished": sum(image.state not in UNFINISHED_IMAGE_STATES for image in images),
        "problems": sum(image.state in {ImageState.FAILED, ImageState.REJECTED} for image in images),
    }


def is_held_up(case: Case, images: Iterable[SmearImage]) -> bool:
    """Whether the page says that images wait for a part of the system; only of queued ones is anything asked."""
    return any(image.state == ImageState.QUEUED for image in images) and waits_for_part(case)


def fingerprint(case: Case, images: Iterable[SmearImage], *, held_up: bool) -> str:
    """Return a short digest of everything the live part of the page shows, to answer "nothing new" cheaply."""
    parts = [case.state, str(case.owner_id), str(held_up)]
    parts += [f"{image.pk}:{image.state}:{bool(image.thumbnail)}:{image.shown_purged_at is None}" for image in images]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _counts_by_image(case: Case, user: User) -> dict[UUID, dict[str, int]] | None:
    """Return cells by image and label, or None where `user` sees no cells of this case yet."""
    if not may_see_model_output(user, case):
        return None
    rows = (
        Cell.objects.with_model_output_for(user)
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
