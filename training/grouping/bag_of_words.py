"""Which images may share a scene, without comparing every pair: descriptors as words, images as bags of words.

A word is a fixed random subset of a descriptor's 256 bits (bit-sampling LSH, Indyk & Motwani 1998): near descriptors
often agree on it, far ones hardly ever. Rare words weigh more (inverse document frequency).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

TABLES = 8
_FEW = 3000
_BLOCK = 256
_MOST_COMMON = 0.01
_SEED = 20


def likely_pairs(
    plain: Sequence[NDArray[np.uint8]], mirrored: Sequence[NDArray[np.uint8]], *, keep: int
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """For every image the `keep` others that share most rare words with it or with its mirror image, best first.

    `plain` and `mirrored`: descriptors (K, 32) uint8 of each image and of its mirror image.
    """
    index, weights = _bags(plain)
    lookup = (index @ weights).T.tocsr()
    other, _ = _bags(mirrored, width=index.shape[1])
    for start in range(0, len(plain), _BLOCK):
        rows = slice(start, start + _BLOCK)
        scores = np.maximum((index[rows] @ lookup).toarray(), (other[rows] @ lookup).toarray())
        for offset, line in enumerate(scores):
            line[start + offset] = 0
            few = min(keep, len(line))
            best = np.argpartition(-line, few - 1)[:few]
            best = best[np.lexsort((best, -line[best]))]
            yield start + offset, best[line[best] > 0]


def _bags(descriptors: Sequence[NDArray[np.uint8]], width: int = 0) -> tuple[sparse.csr_matrix, sparse.dia_matrix]:
    """Images x words (0 or 1), and the diagonal of squared inverse document frequencies."""
    rng = np.random.default_rng(_SEED)
    # Longer words for larger sets: the number of chance agreements stays level.
    length = 16 if len(descriptors) <= _FEW else 20
    lengths = np.array([len(item) for item in descriptors])
    stacked = np.concatenate([*descriptors, np.empty((0, 32), np.uint8)])
    owners = np.repeat(np.arange(len(descriptors)), lengths)
    columns, rows = [], []
    powers = (1 << np.arange(length)).astype(np.int64)
    for table in range(TABLES):
        bits = rng.choice(256, length, replace=False)
        chosen = (stacked[:, bits // 8] >> (bits % 8).astype(np.uint8)) & 1
        columns.append(chosen.astype(np.int64) @ powers + (table << length))
        rows.append(owners)
    shape = (len(descriptors), width or TABLES << length)
    ones = np.ones(len(owners) * TABLES, np.float32)
    bags = sparse.csr_matrix((ones, (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    bags.sum_duplicates()
    bags.data[:] = 1.0
    seen = np.bincount(bags.indices, minlength=shape[1])
    weight = np.log(len(descriptors) / np.maximum(seen, 1)) ** 2
    weight[(seen < 2) | (seen > max(_MOST_COMMON * len(descriptors), 50))] = 0.0
    return bags, sparse.diags(weight.astype(np.float32))
