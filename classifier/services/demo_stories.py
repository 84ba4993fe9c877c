"""What the demonstration shows today: one case for everything that a laboratory and its clinics meet. Asks no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from cases.models import Priority, Sex, Stain
from cases.states import CaseState

if TYPE_CHECKING:
    from collections.abc import Mapping

RIVERSIDE, HILLTOP = "riverside-clinic", "hilltop-clinic"
DRAWN = gettext_noop("Drawn for the demonstration, not a real cell")
"""What is said of a picture that nobody took, wherever it goes."""


@dataclass(frozen=True, slots=True)
class Smear:
    """One field to draw: white cells by class, the focus error in um (0.12 is sharp, 1 is useless), its size in px, um/px."""

    cells: Mapping[str, int]
    blur_um: float = 0.12
    size: tuple[int, int] = (960, 720)
    um_per_px: float = 0.1


@dataclass(frozen=True, slots=True)
class Photo:
    """A real field that ships with the product, by the number of its file in `material/fields`."""

    name: str

    @property
    def credit(self) -> str:
        """Whose picture it is, and under which licence."""
        return "BCCD, MIT licence" if self.name <= "006" else "Raabin-WBC in TXL-PBC, MIT licence"


@dataclass(frozen=True, slots=True)
class Story:
    """One demo case: whose it is, what was asked, what the fields show, how far it has come.

    `because` is why it was cancelled, rejected (a code of `SpecimenReason`) or gives no result (of `Insufficiency`);
    `sent_back` the position of the field that the laboratory wants again; `addendum` what was added to the report later.
    """

    number: int
    clinic: str
    given_name: str
    sex: str
    birth_date: dt.date
    question: str
    fields: tuple[Smear | Photo, ...]
    priority: str = Priority.ROUTINE
    stain: str = Stain.WRIGHT_GIEMSA
    objective: int = 100
    ends_as: CaseState = CaseState.SUBMITTED
    because: str = ""
    interpretation: str = ""
    addendum: str = ""
    sent_back: int | None = None
    placer_number: str = ""
    orderer: str = ""

    @property
    def accession_number(self) -> str:
        """How the laboratory calls it."""
        return f"DEMO-{self.number:04d}"

    @property
    def asked(self) -> str:
        """The question, and whose pictures there are among the fields."""
        credits_ = dict.fromkeys(field.credit for field in self.fields if isinstance(field, Photo))
        return " ".join([self.question, *(f"Demonstration picture: {credit}." for credit in credits_)])

    @property
    def remark(self) -> str:
        """What a signed report says of its pictures."""
        credits_ = dict.fromkeys(field.credit for field in self.fields if isinstance(field, Photo))
        return " ".join(
            ["Drawn for the demonstration.", *(f"Real fields among them: {credit}." for credit in credits_)]
        )


# Three of these and the real fields beside them are 124 leukocytes: enough for a report whose flags mean something.
_EOSINOPHILIA = Smear(
    {"neutrophil": 23, "lymphocyte": 6, "eosinophil": 9, "monocyte": 2}, size=(1100, 820), um_per_px=0.15
)
_SMALL = (640, 480)

SIGNED: tuple[Story, ...] = (
    Story(
        8, RIVERSIDE, "Eight", Sex.FEMALE, dt.date(1983, 2, 27),
        "Wheezing since spring. Eosinophilia?",
        (Photo("005"), Photo("004"), Photo("001"), Photo("003"), _EOSINOPHILIA, _EOSINOPHILIA, _EOSINOPHILIA),
        ends_as=CaseState.SIGNED,
        interpretation="Eosinophilia. No immature forms seen.",
        placer_number="ORD-1001",
        orderer="Dr. Sample Ten",
    ),
    Story(
        9, HILLTOP, "Nine", Sex.MALE, dt.date(1957, 10, 8),
        "Monocytes raised on the analyser, please confirm.",
        (Smear({"neutrophil": 4, "lymphocyte": 4, "monocyte": 3}),),
        ends_as=CaseState.CORRECTED,
        interpretation="Too few cells for a differential; please send further fields.",
    ),
    Story(
        10, RIVERSIDE, "Twelve", Sex.MALE, dt.date(1996, 5, 30),
        "Control after an infection.",
        (Smear({"neutrophil": 6, "lymphocyte": 4, "monocyte": 1}, size=(800, 600), um_per_px=0.13),),
        ends_as=CaseState.APPENDED,
        interpretation="No abnormal cells seen.",
        addendum="The clinic told us of a treatment with steroids, which explains the few eosinophils.",
    ),
    Story(
        11, RIVERSIDE, "Thirteen", Sex.FEMALE, dt.date(1979, 9, 12),
        "Fever for a week, weight loss.",
        (Smear({"neutrophil": 7, "immature_granulocyte": 3, "lymphocyte": 2}, size=(800, 600), um_per_px=0.13),),
        priority=Priority.URGENT,
        ends_as=CaseState.SIGNED,
        interpretation="Marked left shift. Please see the patient today.",
    ),
    Story(
        12, HILLTOP, "Fourteen", Sex.MALE, dt.date(1952, 7, 3),
        "Pallor. Nucleated red cells?",
        (Smear({"erythroblast": 3, "neutrophil": 5, "lymphocyte": 3}, size=(800, 600), um_per_px=0.13),),
        priority=Priority.URGENT,
        ends_as=CaseState.DELIVERED,
        interpretation="Nucleated red cells. Please call back for further tests.",
    ),
    Story(
        13, HILLTOP, "Fifteen", Sex.FEMALE, dt.date(2008, 3, 25),
        "Differential, please.",
        (Smear({"neutrophil": 1}, size=_SMALL),),
        ends_as=CaseState.SIGNED,
        because="few_cells",
    ),
)  # fmt: skip
"""Of these there is a signed report."""

OTHERS: tuple[Story, ...] = (
    Story(
        14, RIVERSIDE, "Sixteen", Sex.MALE, dt.date(1968, 12, 1),
        "Lymph nodes. Lymphocytosis?",
        (Smear({}, blur_um=1.4, size=_SMALL),),
        ends_as=CaseState.REJECTED,
        because="smear_unreadable",
    ),
    Story(
        15, RIVERSIDE, "Seventeen", Sex.FEMALE, dt.date(1990, 8, 14),
        "Large cells on the analyser.",
        (Photo("009"), Photo("008"), Photo("012")),
        stain=Stain.GIEMSA,
        ends_as=CaseState.IN_REVIEW,
        sent_back=2,
    ),
    Story(
        5, RIVERSIDE, "Five", Sex.UNKNOWN, dt.date(1975, 8, 9),
        "Routine control.",
        (Smear({"neutrophil": 3, "lymphocyte": 2}, size=_SMALL),),
        ends_as=CaseState.DRAFT,
    ),
    Story(
        6, HILLTOP, "Six", Sex.FEMALE, dt.date(1993, 4, 17),
        "Platelet clumps?",
        (Smear({"neutrophil": 1, "platelet": 6}, size=_SMALL),),
        stain=Stain.LEISHMAN,
        ends_as=CaseState.CANCELLED,
        because="The wrong slide was photographed.",
    ),
    Story(
        7, RIVERSIDE, "Seven", Sex.OTHER, dt.date(2001, 12, 5),
        "Thin feathered edge only: is it readable at all?",
        (Smear({}, size=_SMALL),),
    ),
    Story(
        4, HILLTOP, "Four", Sex.MALE, dt.date(1949, 1, 30),
        "Anaemia work-up, nucleated red cells?",
        (Smear({"erythroblast": 3, "neutrophil": 3, "lymphocyte": 1}), Smear({"neutrophil": 2, "lymphocyte": 1}, blur_um=1.4)),
        stain=Stain.GIEMSA,
    ),
    Story(
        2, RIVERSIDE, "Two", Sex.MALE, dt.date(1988, 11, 2),
        "Eosinophils raised on the analyser, please confirm.",
        (
            Photo("002"),
            Photo("006"),
            Smear({"eosinophil": 4, "neutrophil": 3, "lymphocyte": 2}),
        ),
    ),
    Story(
        1, RIVERSIDE, "One", Sex.FEMALE, dt.date(1961, 3, 14),
        "Fever for three days. Left shift?",
        (
            Photo("010"),
            Photo("007"),
            Photo("011"),
        ),
        priority=Priority.URGENT,
        stain=Stain.GIEMSA,
    ),
    Story(
        3, HILLTOP, "Three", Sex.FEMALE, dt.date(2019, 6, 21),
        "Lymphocytosis in a child, atypical cells?",
        (Smear({"lymphocyte": 6, "neutrophil": 2, "monocyte": 1}),),
        priority=Priority.STAT,
    ),
)  # fmt: skip

STORIES = SIGNED + OTHERS
"""In the order in which they came: what waits in the worklist came last, and the stat case of all."""


def credit_of(*, accession_number: str, field: int) -> str:
    """Whose picture the field of that number, from 1, of a demo case is, or that it is drawn; empty for a case of no demonstration."""
    if not accession_number.startswith("DEMO-"):
        return ""
    story = next((story for story in STORIES if story.accession_number == accession_number), None)
    # The smears of the weeks before today are drawn, all of them.
    fields = story.fields if story is not None else ()
    shown = fields[field - 1] if 0 < field <= len(fields) else None
    return shown.credit if isinstance(shown, Photo) else DRAWN
