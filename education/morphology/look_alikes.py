"""Pairs of classes that are taken for each other, with one sentence each on how to tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from education.morphology.works import BAIN, BLASTS, CLSI, DACIE, ICSH, MONOCYTES, STAINING

if TYPE_CHECKING:
    from education.morphology.morphology import Statement


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """Two classes, by code, and how to tell them apart."""

    left: str
    right: str
    apart: Statement

    @property
    def key(self) -> str:
        """What addresses call the pair."""
        return f"{self.left}-{self.right}"


LOOK_ALIKES: tuple[LookAlikes, ...] = (
    LookAlikes(
        "band",
        "segmented",
        CLSI.says(_("A thread between two parts of the nucleus makes it segmented; a band has breadth all along.")),
    ),
    LookAlikes("metamyelocyte", "band", CLSI.says(_("A notch deeper than half of the nucleus makes it a band."))),
    LookAlikes(
        "myelocyte",
        "metamyelocyte",
        ICSH.says(_("A myelocyte has a round or oval nucleus; the first real notch makes a metamyelocyte.")),
    ),
    LookAlikes(
        "promyelocyte",
        "myelocyte",
        BAIN.says(
            _("A promyelocyte has nucleoli and blue cytoplasm; a myelocyte has neither nucleoli nor all of the blue.")
        ),
    ),
    LookAlikes(
        "blast",
        "promyelocyte",
        BLASTS.says(
            _("A promyelocyte has a pale zone beside its nucleus and more granules; a blast has no such zone.")
        ),
    ),
    LookAlikes(
        "myelocyte",
        "monocyte",
        MONOCYTES.says(
            _(
                "A myelocyte has clumped chromatin and distinct granules; a monocyte is grey and cloudy with looser chromatin."
            )
        ),
    ),
    LookAlikes(
        "metamyelocyte",
        "monocyte",
        MONOCYTES.says(_("A metamyelocyte is pink with clumped chromatin; a monocyte is grey and often has vacuoles.")),
    ),
    LookAlikes(
        "immature_granulocyte",
        "neutrophil",
        ICSH.says(_("A neutrophil has lobes or a band of even breadth; before that it is immature.")),
    ),
    LookAlikes(
        "immature_granulocyte",
        "monocyte",
        MONOCYTES.says(_("Granulocytes turn pink and granular as they mature; a monocyte stays grey and cloudy.")),
    ),
    LookAlikes(
        "monocyte",
        "lymphocyte",
        BAIN.says(
            _(
                "A lymphocyte has dense chromatin and clear blue cytoplasm; a monocyte has loose chromatin and grey cytoplasm."
            )
        ),
    ),
    LookAlikes(
        "monocyte",
        "atypical_lymphocyte",
        BAIN.says(
            _(
                "An atypical lymphocyte is bluest at its edge and hugs red cells; a monocyte is evenly grey, often with vacuoles."
            )
        ),
    ),
    LookAlikes(
        "lymphocyte",
        "atypical_lymphocyte",
        ICSH.says(_("An atypical one is larger, with more and bluer cytoplasm and a less dense nucleus.")),
    ),
    LookAlikes(
        "blast",
        "lymphocyte",
        BAIN.says(_("A blast has fine chromatin with nucleoli; that of a small lymphocyte is dense and clumped.")),
    ),
    LookAlikes(
        "blast",
        "atypical_lymphocyte",
        BAIN.says(
            _("Blasts are alike, with scanty cytoplasm; atypical lymphocytes differ from each other and have plenty.")
        ),
    ),
    LookAlikes(
        "erythroblast",
        "lymphocyte",
        BAIN.says(
            _(
                "An erythroblast has pink or grey cytoplasm and a perfectly round nucleus; a lymphocyte has a clear blue rim."
            )
        ),
    ),
    LookAlikes(
        "basophil",
        "eosinophil",
        DACIE.says(
            _(
                "Granules of a basophil are dark, unequal and on top of the nucleus; those of an eosinophil are orange and equal."
            )
        ),
    ),
    LookAlikes(
        "eosinophil",
        "neutrophil",
        DACIE.says(_("Granules of an eosinophil are seen one by one; those of a neutrophil run together.")),
    ),
    LookAlikes(
        "basophil",
        "neutrophil",
        ICSH.says(
            _("Toxic granules of a neutrophil are small and leave the nucleus free; those of a basophil cover it.")
        ),
    ),
    LookAlikes(
        "giant_platelet",
        "lymphocyte",
        BAIN.says(_("The middle of a giant platelet is granular and has no edge; a nucleus has a sharp one.")),
    ),
    LookAlikes(
        "smudge",
        "lymphocyte",
        ICSH.says(_("A lymphocyte has an outline of nucleus and cytoplasm; a smudge cell has neither.")),
    ),
    LookAlikes(
        "platelet",
        "artefact",
        STAINING.says(
            _(
                "A platelet has pale cytoplasm around fine granules; deposited stain is dark, sharp and in another plane of focus."
            )
        ),
    ),
)
BY_KEY: dict[str, LookAlikes] = {each.key: each for each in LOOK_ALIKES}
"""The pairs by what addresses call them."""


def look_alikes_of(code: str) -> tuple[LookAlikes, ...]:
    """The pairs that the class `code` is one of."""
    return tuple(each for each in LOOK_ALIKES if code in (each.left, each.right))


def pair_of(one: str, other: str) -> LookAlikes | None:
    """The pair that two classes are, in either order; None where they are not taken for each other."""
    return BY_KEY.get(f"{one}-{other}") or BY_KEY.get(f"{other}-{one}")
