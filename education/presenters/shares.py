"""Of each class that was asked, the share recognised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from education.competence import by_class
from education.teaching_classes import BY_CODE, TeachingClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from education.competence import Reading, Share


@dataclass(frozen=True, slots=True)
class ClassShare:
    """The share of one class that was recognised."""

    teaching_class: TeachingClass
    share: Share


def recognised(readings: Sequence[Reading]) -> list[ClassShare]:
    """What `partials/shares.html` lists: every class that was asked, in the order of the teaching classes."""
    return [ClassShare(BY_CODE[each.code], each.sensitivity) for each in by_class(readings) if each.sensitivity.n]
