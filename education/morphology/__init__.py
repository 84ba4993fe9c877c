"""How the classes that are taught look, and which are taken for each other.

Written for students from standard works that each statement names; a draft until a pathologist has reviewed it.
"""

from education.morphology import (
    eosinophils_and_basophils,
    lymphocytes_and_monocytes,
    neutrophils,
    others,
    precursors,
)
from education.morphology.look_alikes import BY_KEY, LOOK_ALIKES, LookAlikes, look_alikes_of, pair_of
from education.morphology.morphology import ABOUT, Morphology, Statement, Work

__all__ = [
    "ABOUT",
    "BY_CODE",
    "BY_KEY",
    "LOOK_ALIKES",
    "LookAlikes",
    "Morphology",
    "Statement",
    "Work",
    "look_alikes_of",
    "of",
    "pair_of",
]

BY_CODE: dict[str, Morphology] = {
    each.code: each
    for group in (neutrophils, eosinophils_and_basophils, lymphocytes_and_monocytes, precursors, others)
    for each in group.CLASSES
}


def of(code: str) -> Morphology:
    """How the class `code` looks; every class that is taught has its text."""
    return BY_CODE[code]
