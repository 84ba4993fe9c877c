"""How classes look, wherever a page shows them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from django import template

from education import morphology

if TYPE_CHECKING:
    from collections.abc import Sequence

    from education.teaching_classes import TeachingClass

register = template.Library()


@register.inclusion_tag("education/partials/morphology_texts.html")
def morphology_texts(classes: Sequence[TeachingClass], *, with_pairs: bool = True) -> dict[str, Any]:
    """Show the texts of `classes` side by side, and `with_pairs` of each two that are taken for each other how to tell them apart."""
    texts = [(each, morphology.of(each.code)) for each in classes]
    pairs = [morphology.pair_of(one.code, other.code) for one, other in combinations(classes, 2) if with_pairs]
    return {
        "texts": texts,
        "pairs": [each for each in pairs if each is not None],
        "works": list(dict.fromkeys(work for _each, text in texts for work in text.sources)),
        "draft": any(text.reviewed_by is None for _each, text in texts),
    }
