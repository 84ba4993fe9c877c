"""Images of one labelled cell each: which of the things found in one is the labelled cell, and at what scale."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from classifier.inference.types import Candidate

Pick = Literal["central", "largest"]
PICKS: tuple[Pick, ...] = ("central", "largest")

# The labelled cell of a centred image lies within this share of the width of its middle.
_CENTRAL_REACH = 0.2
# Images of one camera are cut to slightly different sizes; sides within this share are one group.
_SAME_SIZE = 0.1


def labelled_centre(
    candidates: Sequence[Candidate], *, width: int, height: int, pick: Pick
) -> tuple[tuple[float, float], bool]:
    """Centre (x, y) px of the labelled cell in an image of `width` x `height` px, and whether it was detected.

    "central" takes what lies nearest the middle, nuclei before platelets; "largest" the biggest nucleus, a platelet only
    where there is no nucleus. Where nothing fits, the middle of the image is given, not detected.
    """
    middle = (width / 2, height / 2)

    def distance(candidate: Candidate) -> float:
        return float(np.hypot(candidate.centre[0] - middle[0], candidate.centre[1] - middle[1]))

    if pick == "largest":
        nucleated = [candidate for candidate in candidates if candidate.kind == "nucleated"]
        chosen = max(nucleated or candidates, key=lambda candidate: candidate.area_px, default=None)
    else:
        near = [candidate for candidate in candidates if distance(candidate) < _CENTRAL_REACH * width]
        # A platelet beside a leukocyte must not take its place, so nuclei go first.
        chosen = min(near, key=lambda candidate: (candidate.kind != "nucleated", distance(candidate)), default=None)
    return (chosen.centre, True) if chosen else (middle, False)


def size_groups(sizes: Sequence[tuple[int, int]]) -> list[int]:
    """A group number for each image (width, height): images whose sides differ by under a tenth share one."""
    founders: list[tuple[int, int]] = []
    numbers: dict[tuple[int, int], int] = {}
    for size in sorted(set(sizes)):
        for number, founder in enumerate(founders):
            if all(abs(side - other) <= _SAME_SIZE * other for side, other in zip(size, founder, strict=True)):
                numbers[size] = number
                break
        else:
            numbers[size] = len(founders)
            founders.append(size)
    return [numbers[size] for size in sizes]
