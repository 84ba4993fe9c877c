"""The classes in model order, and the names other people's folders give them."""

import re

from classifier.inference.errors import BadInput

LABELS: tuple[str, ...] = (
    "neutrophil",
    "eosinophil",
    "basophil",
    "lymphocyte",
    "monocyte",
    "immature_granulocyte",
    "erythroblast",
    "platelet",
)
UNIDENTIFIED = "unidentified"

# Keys are compared after `_key`: lower case, letters only, no plural s. Public data sets use every one of these.
ALIASES: dict[str, str] = {
    "neutrophil": "neutrophil",
    "neutro": "neutrophil",
    "neu": "neutrophil",
    "ne": "neutrophil",
    "segmentedneutrophil": "neutrophil",
    "bandneutrophil": "neutrophil",
    "sne": "neutrophil",
    "bne": "neutrophil",
    "eosinophil": "eosinophil",
    "eosino": "eosinophil",
    "eo": "eosinophil",
    "basophil": "basophil",
    "baso": "basophil",
    "ba": "basophil",
    "lymphocyte": "lymphocyte",
    "lympho": "lymphocyte",
    "lym": "lymphocyte",
    "ly": "lymphocyte",
    "monocyte": "monocyte",
    "mono": "monocyte",
    "mo": "monocyte",
    "immaturegranulocyte": "immature_granulocyte",
    "ig": "immature_granulocyte",
    "promyelocyte": "immature_granulocyte",
    "myelocyte": "immature_granulocyte",
    "metamyelocyte": "immature_granulocyte",
    "pmy": "immature_granulocyte",
    "my": "immature_granulocyte",
    "mmy": "immature_granulocyte",
    "erythroblast": "erythroblast",
    "normoblast": "erythroblast",
    "nucleatedredcell": "erythroblast",
    "nrbc": "erythroblast",
    "erb": "erythroblast",
    "platelet": "platelet",
    "thrombocyte": "platelet",
    "plt": "platelet",
}


def _key(name: str) -> str:
    letters = re.sub(r"[^a-z]", "", name.lower())
    return letters if letters in ALIASES else letters.removesuffix("s")


def find_label(name: str) -> str | None:
    """The class a folder or CSV calls `name`, or None. Case, plural, separators and known short forms are understood."""
    return ALIASES.get(_key(name))


def canonical_label(name: str) -> str:
    """The class called `name`; raises BadInput naming it when no class is."""
    label = find_label(name)
    if label is None:
        message = f"“{name}” is not a cell class. The classes are {', '.join(LABELS)}."
        raise BadInput(message)
    return label
