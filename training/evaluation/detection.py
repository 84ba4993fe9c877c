"""Boxes a detector found against boxes people drew."""

from collections.abc import Sequence

from classifier.inference.types import Box


def match_boxes(truth: Sequence[Box], found: Sequence[Box]) -> list[tuple[Box, Box]]:
    """Pairs (true box, found box) in which the centre of the found one lies in the true one.

    Every box is used once, best overlap first: a cell found twice costs precision, two cells in one box cost recall.
    """
    pairs = sorted(
        ((t.iou(f), i, j) for i, t in enumerate(truth) for j, f in enumerate(found) if t.contains(f.centre)),
        reverse=True,
    )
    used_truth: set[int] = set()
    used_found: set[int] = set()
    matched = []
    for _, i, j in pairs:
        if i not in used_truth and j not in used_found:
            used_truth.add(i)
            used_found.add(j)
            matched.append((truth[i], found[j]))
    return matched
