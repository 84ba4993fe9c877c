"""Demo patients, cases and drawn smears, through the same services people use. For local use only.

Nobody in here exists: patients are called Sample One, Sample Two, and their smears are drawn.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.demo import seed_people
from accounts.models import Role, User
from cases.models import Case, Order, OrderSource, Patient, Priority, Sex, Stain
from cases.services.cases import cancel_case, create_case, submit_case
from cases.services.images import receive_image
from cases.services.orders import open_case_of_order, receive_order
from cases.services.patients import register_patient
from cases.states import CaseState
from classifier.inference.synthetic import draw_field
from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from classifier.inference.synthetic import TrueCell
    from classifier.inference.types import Rgb


@dataclass(frozen=True, slots=True)
class Smear:
    """One field to draw: white cells by class, the focus error in um (0.12 is sharp, 1 is useless), its size in px, um/px."""

    cells: Mapping[str, int]
    blur_um: float = 0.12
    size: tuple[int, int] = (960, 720)
    um_per_px: float = 0.1


@dataclass(frozen=True, slots=True)
class Story:
    """One demo case: whose it is, what was asked, what the smears show, how far it has come."""

    number: int
    clinic: str
    given_name: str
    sex: str
    birth_date: dt.date
    question: str
    smears: tuple[Smear, ...]
    priority: str = Priority.ROUTINE
    stain: str = Stain.WRIGHT_GIEMSA
    objective: int = 100
    ends_as: CaseState = CaseState.SUBMITTED
    cancelled_because: str = ""
    interpretation: str = ""
    placer_number: str = ""
    orderer: str = ""

    @property
    def accession_number(self) -> str:
        """How the laboratory calls it."""
        return f"DEMO-{self.number:04d}"


# Three of these are 114 leukocytes: enough for a report whose flags mean something.
_EOSINOPHILIA = Smear(
    {"neutrophil": 18, "lymphocyte": 10, "eosinophil": 8, "monocyte": 2}, size=(1100, 820), um_per_px=0.15
)

STORIES: tuple[Story, ...] = (
    Story(
        1,
        "riverside-clinic",
        "One",
        Sex.FEMALE,
        dt.date(1961, 3, 14),
        "Fever for three days. Left shift?",
        (
            Smear({"neutrophil": 5, "lymphocyte": 2, "immature_granulocyte": 1}),
            Smear({"neutrophil": 4, "monocyte": 1, "immature_granulocyte": 1}),
        ),
        priority=Priority.URGENT,
    ),
    Story(
        2,
        "riverside-clinic",
        "Two",
        Sex.MALE,
        dt.date(1988, 11, 2),
        "Eosinophils raised on the analyser, please confirm.",
        (
            Smear({"eosinophil": 4, "neutrophil": 3, "lymphocyte": 2}),
            Smear({"eosinophil": 3, "neutrophil": 3, "basophil": 1}),
        ),
        stain=Stain.MAY_GRUNWALD_GIEMSA,
    ),
    Story(
        3,
        "hilltop-clinic",
        "Three",
        Sex.FEMALE,
        dt.date(2019, 6, 21),
        "Lymphocytosis in a child, atypical cells?",
        (Smear({"lymphocyte": 6, "neutrophil": 2, "monocyte": 1}),),
        priority=Priority.STAT,
    ),
    Story(
        4,
        "hilltop-clinic",
        "Four",
        Sex.MALE,
        dt.date(1949, 1, 30),
        "Anaemia work-up, nucleated red cells?",
        (
            Smear({"erythroblast": 3, "neutrophil": 3, "lymphocyte": 1}),
            Smear({"neutrophil": 2, "lymphocyte": 1}, blur_um=1.4),
        ),
        stain=Stain.GIEMSA,
    ),
    Story(
        5,
        "riverside-clinic",
        "Five",
        Sex.UNKNOWN,
        dt.date(1975, 8, 9),
        "Routine control.",
        (Smear({"neutrophil": 3, "lymphocyte": 2}, size=(640, 480)),),
        ends_as=CaseState.DRAFT,
    ),
    Story(
        6,
        "hilltop-clinic",
        "Six",
        Sex.FEMALE,
        dt.date(1993, 4, 17),
        "Platelet clumps?",
        (Smear({"neutrophil": 1, "platelet": 6}, size=(640, 480)),),
        stain=Stain.LEISHMAN,
        ends_as=CaseState.CANCELLED,
        cancelled_because="The wrong slide was photographed.",
    ),
    Story(
        7,
        "riverside-clinic",
        "Seven",
        Sex.OTHER,
        dt.date(2001, 12, 5),
        "Thin feathered edge only: is it readable at all?",
        (Smear({}, size=(640, 480)),),
    ),
    Story(
        8,
        "riverside-clinic",
        "Eight",
        Sex.FEMALE,
        dt.date(1983, 2, 27),
        "Wheezing since spring. Eosinophilia?",
        (_EOSINOPHILIA, _EOSINOPHILIA, _EOSINOPHILIA),
        ends_as=CaseState.SIGNED,
        interpretation="Eosinophilia. No immature forms seen.",
        placer_number="ORD-1001",
        orderer="Dr. Sample Ten",
    ),
    Story(
        9,
        "hilltop-clinic",
        "Nine",
        Sex.MALE,
        dt.date(1957, 10, 8),
        "Monocytes raised on the analyser, please confirm.",
        (Smear({"neutrophil": 4, "lymphocyte": 4, "monocyte": 3}),),
        ends_as=CaseState.CORRECTED,
        interpretation="Too few cells for a differential; please send further fields.",
    ),
)


def seed_cases() -> tuple[int, int]:
    """Create the demo people and cases that are not there yet; returns (created, there already).

    Raises `PermissionRefused` where `DEMO_ACCOUNTS` is off, before anything is written.
    """
    if not getattr(settings, "DEMO_ACCOUNTS", False):
        raise PermissionRefused("Demo data exists in local settings only.")
    uploaders = {
        person.organisation.slug: person
        for person in seed_people()
        if person.role == Role.UPLOADER and person.organisation is not None
    }
    created = sum(_tell(story, uploaders[story.clinic]) for story in STORIES)
    return created, len(STORIES) - created


def _tell(story: Story, uploader: User) -> bool:
    """Bring one case as far as its story goes; a case begun by an interrupted run is carried on. True when new."""
    case = Case.objects.filter(accession_number=story.accession_number, clinic=uploader.organisation).first()
    is_new = case is None
    if case is None:
        case = _open(story, uploader)
    if case.state != CaseState.DRAFT:
        return is_new
    for ordinal in range(case.images.counting().count(), len(story.smears)):
        receive_image(actor=uploader, case=case, upload=_photograph(story, ordinal))
    if story.ends_as == CaseState.CANCELLED:
        cancel_case(actor=uploader, case=case, reason=story.cancelled_because)
    elif story.ends_as != CaseState.DRAFT:
        submit_case(actor=uploader, case=case, seen_poor_fields=case.images.counting().values_list("pk", flat=True))
    return is_new


def _open(story: Story, uploader: User) -> Case:
    """Open the case, from an order where the story begins with one."""
    patient = _patient(story, uploader)
    if not story.placer_number:
        return create_case(
            actor=uploader,
            patient=patient,
            accession_number=story.accession_number,
            priority=story.priority,
            stain=story.stain,
            objective=story.objective,
            clinical_question=story.question,
        )
    order = Order.objects.filter(clinic=uploader.organisation, placer_number=story.placer_number).first()
    if order is None:
        order = receive_order(
            actor=uploader,
            patient=patient,
            placer_number=story.placer_number,
            received_by=OrderSource.PAGE,
            ordering_name=story.orderer,
            priority=story.priority,
            clinical_question=story.question,
        )
    opened = open_case_of_order(
        actor=uploader,
        order=order,
        accession_number=story.accession_number,
        stain=story.stain,
        objective=story.objective,
    )
    return opened.case


def _patient(story: Story, uploader: User) -> Patient:
    mrn = f"DEMO-{story.number:04d}"
    known = Patient.objects.visible_to(uploader).with_mrn(mrn).first()
    if known is not None:
        return known
    return register_patient(
        actor=uploader,
        mrn=mrn,
        family_name="Sample",
        given_name=story.given_name,
        birth_date=story.birth_date,
        sex=story.sex,
    )


def drawn_cells(story: Story, ordinal: int) -> list[TrueCell]:
    """Return the truth about the field at position `ordinal` of a story."""
    return _draw(story.number, ordinal)[1]


@cache
def _draw(number: int, ordinal: int) -> tuple[Rgb, list[TrueCell]]:
    """Draw a field; kept, because whoever signs the story asks for the truth about it after it was sent."""
    story = next(story for story in STORIES if story.number == number)
    smear = story.smears[ordinal]
    width, height = smear.size
    return draw_field(
        seed=1000 * story.number + ordinal,
        width=width,
        height=height,
        cells=smear.cells,
        um_per_px=smear.um_per_px,
        stain=story.stain,
        blur=smear.blur_um,
        with_platelets=bool(smear.cells),
    )


def _photograph(story: Story, ordinal: int) -> SimpleUploadedFile:
    """Draw the field as a camera would send it."""
    rgb, _ = _draw(story.number, ordinal)
    picture = io.BytesIO()
    Image.fromarray(rgb).save(picture, "JPEG", quality=93, subsampling=0)
    return SimpleUploadedFile(f"field-{ordinal + 1}.jpg", picture.getvalue(), content_type="image/jpeg")
