"""Near-duplicates and augmented copies: candidates cheaply, then proof by geometry."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.progress import progress

from .bag_of_words import likely_pairs
from .features import FEWEST_INLIERS, Features, describe, shared_inliers
from .groups import Groups
from .image_check import Looked, read_image

METHODS = ("auto", "hash", "features", "none")
#: Up to this many images local features cost less than a few minutes, so the better method is used at once.
_FEW = 3000
_CANDIDATES = 12
_HASH_BITS = 8
_FILLED_SHARE = 0.05


def choose_method(looked: Sequence[Looked]) -> str:
    """“features” for small sets and sets with augmented copies (black fill on the rim), else “hash”."""
    filled = np.mean([item.fill > 0.05 for item in looked]) if looked else 0.0
    return "features" if len(looked) <= _FEW or filled > _FILLED_SHARE else "hash"


def join_copies(
    groups: Groups, members: Sequence[int], paths: Sequence[Path], looked: Sequence[Looked], *, method: str
) -> int:
    """Join the members of `groups` that show the same scene; gives how many joins were made.

    `members` are row numbers into `paths` and `looked`. Method “hash” finds copies turned by quarter turns, mirrored,
    re-coded or slightly shifted; “features” finds also any rotation, zoom and shear; “none” joins nothing.
    """
    if method == "none" or len(members) < 2:
        return 0
    cv2.setNumThreads(1)
    if method == "hash":
        return _join(groups, _by_hash(members, looked), _Described(paths), label="comparing look-alikes")
    with ThreadPoolExecutor(2) as pool:
        described = pool.map(lambda i: describe(read_image(paths[i])), members)
        known = dict(zip(members, progress(described, label="finding features", total=len(members)), strict=True))
    pairs = likely_pairs(
        [known[i].descriptors for i in members], [known[i].mirror_descriptors for i in members], keep=_CANDIDATES
    )
    table = [(one, others) for one, others in progress(pairs, label="finding look-alikes", total=len(members))]
    # Best candidates of all images first: most groups close before the second-best need any proof.
    ranked = (
        (members[one], members[int(others[rank])])
        for rank in range(_CANDIDATES)
        for one, others in table
        if rank < len(others)
    )
    return _join(groups, ranked, known, label="comparing look-alikes")


class _Described:
    """Features on demand, the last few hundred kept."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._get = lru_cache(maxsize=512)(lambda i: describe(read_image(paths[i])))

    def __getitem__(self, index: int) -> Features:
        return self._get(index)


def _join(
    groups: Groups, pairs: Iterator[tuple[int, int]], known: "_Described | dict[int, Features]", *, label: str
) -> int:
    joins = 0
    for one, other in progress(pairs, label=label, unit="pair"):
        if not groups.together(one, other) and shared_inliers(known[one], known[other]) >= FEWEST_INLIERS:
            groups.join(one, other)
            joins += 1
    return joins


def _by_hash(members: Sequence[int], looked: Sequence[Looked]) -> Iterator[tuple[int, int]]:
    """Pairs of members whose hashes differ in at most a few bits in some of the eight views."""
    views = np.array([looked[i].hashes for i in members], np.uint64)
    plain = views[:, 0]
    for row in range(len(members) - 1):
        later = plain[row + 1 :]
        # The other image plain against every view of this one covers all pairs of views.
        nearest: NDArray[np.uint8] = np.full(len(later), 64, np.uint8)
        for view in views[row]:
            np.minimum(nearest, np.bitwise_count(later ^ view), out=nearest)
        for offset in np.flatnonzero(nearest <= _HASH_BITS):
            yield members[row], members[row + 1 + int(offset)]
