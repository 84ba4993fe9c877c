"""Which cells of a signed report may be taught, and how sure their class is.

The class is the one that was signed, from the sealed content of the report: what the model said is never asked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import PatientRestriction
from classifier.services.demo_stories import DRAWN, credit_of
from consult.models import Comparison
from education.models import SIDE_PX, SIDE_UM, TeachingConsent, TeachingObjection, TeachingSource
from education.teaching_classes import BY_CODE
from reports.selectors.versions import current_report, versions_of
from reports.verification import verify_report
from review.selectors import open_amendment_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cases.models import Case
    from reports.models import Report

MOST_CELLS = 60
"""So many are copied at once: a person has to look at every one of them."""
RARE_SHARE = 0.02
"""A class with a smaller share of the cells of a report is rare in it."""
ALWAYS_RARE = frozenset({"basophil", "immature_granulocyte", "erythroblast"})
_CONTEXT = 1.6
_LARGEST_SPAN_PX = 1024


@dataclass(frozen=True, slots=True)
class CopyableCell:
    """A cell of a report as it would be taught.

    `box` is (x, y, width, height) in pixels of the image; the picture is the square of `span` pixels around it. `um_per_px`
    is the scale of the picture, None where that of the image is not known. `is_agreed`: two people called it so. `credit` is
    what is said of the pictures of the demonstration, empty for all others.
    """

    id: UUID
    image: UUID
    label: str
    field: int
    number: int
    box: tuple[int, int, int, int]
    span: int
    um_per_px: float | None
    is_rare: bool
    is_agreed: bool
    is_copied: bool
    credit: str = ""


def refusal(report: Report) -> str:
    """Why no cell of `report` may be taught now, in a sentence for the person; empty where cells may.

    Its case has to be loaded with patient and clinic.
    """
    return _against_the_version(report) or _against_the_people(report.case)


def _against_the_version(report: Report) -> str:
    current = current_report(report.case)
    if current is None or current.pk != report.pk:
        return _("A later version of this report was signed: copy from that one.")
    if report.is_withdrawn:
        return _("This report was withdrawn: nothing of it is taught.")
    if open_amendment_of(report.case) is not None:
        return _("This report is being changed: sign the next version first.")
    return ""


def _against_the_people(case: Case) -> str:
    if not TeachingConsent.objects.in_force().filter(clinic=case.clinic_id).exists():
        sentence = _("%(clinic)s has not consented to teaching with its cases: an administrator records that it has.")
        return sentence % {"clinic": case.clinic.name}
    if TeachingObjection.objects.in_force().of_person(case.patient).exists():
        return _("The patient objects to teaching with their cells.")
    if PatientRestriction.objects.in_force().filter(patient=case.patient_id).exists():
        return _("The patient is restricted: nothing of theirs is taught.")
    return ""


def why_not(report: Report) -> str:
    """As `refusal`, and where what is stored of the report is not what was signed. It reads every file of the report."""
    if not verify_report(report).intact:
        return refusal(report) or _("What is stored of this report is not what was signed: nothing of it is taught.")
    return refusal(report)


def copyable_cells(report: Report) -> list[CopyableCell]:
    """The cells of `report` that a person named and that count, by class and place; none where its images were removed."""
    case = report.case
    data = report.data
    images: dict[str, dict[str, Any]] = {image["id"]: image for image in data["images"]}
    there = {
        str(pk) for pk in case.images.exclude(display="").filter(shown_purged_at=None).values_list("pk", flat=True)
    }
    named = [cell for cell in data["cells"] if _is_named(cell) and cell["image"] in there]
    counts = Counter(cell["label"] for cell in named)
    rare = {label for label, count in counts.items() if count < RARE_SHARE * counts.total()} | ALWAYS_RARE
    agreed = agreed_cells(case)
    copied = set(TeachingSource.objects.filter(report__case=case).values_list("cell", flat=True))
    order = list(BY_CODE)
    is_local = getattr(settings, "DEMO_ACCOUNTS", False)
    found = []
    for cell in sorted(named, key=lambda each: (order.index(each["label"]), each["field"], each["n"])):
        span, um_per_px = _square(cell["box"], images.get(cell["image"], {}).get("um_per_px", ""))
        pk = UUID(cell["id"])
        credit = credit_of(accession_number=case.accession_number, field=cell["field"]) if is_local else ""
        found.append(
            CopyableCell(
                id=pk,
                image=UUID(cell["image"]),
                label=cell["label"],
                field=cell["field"],
                number=cell["n"],
                box=tuple(cell["box"]),
                span=span,
                um_per_px=um_per_px,
                is_rare=cell["label"] in rare,
                # How a drawing is called is nobody's knowledge of a cell.
                is_agreed=(pk, cell["label"]) in agreed and credit != DRAWN,
                is_copied=pk in copied,
                credit=credit,
            )
        )
    return found


def agreed_cells(case: Case) -> set[tuple[UUID, str]]:
    """The cells of `case` that two people called the same, with what they called them.

    Who called it so: whoever signed a version in which a person had named it, the first reviewer of a second opinion and the
    colleague, each by what they said before anybody adjudicated. An adjudication adds nobody: it is one of these people.
    """
    said: dict[tuple[UUID, str], set[UUID]] = {}
    for report in versions_of(case):
        for cell in report.data["cells"]:
            if _is_named(cell):
                said.setdefault((UUID(cell["id"]), cell["label"]), set()).add(report.signature.signer_id)
    for row in Comparison.objects.filter(opinion__case=case).select_related("opinion"):
        if row.first_read:
            said.setdefault((row.cell_id, row.first), set()).add(row.opinion.asked_by_id)
        said.setdefault((row.cell_id, row.second), set()).add(row.opinion.colleague_id)
    return {called for called, people in said.items() if len(people) > 1}


def _is_named(cell: dict[str, Any]) -> bool:
    return cell["human"] and not cell["excluded"] and not cell["removed"] and cell["label"] in BY_CODE


def _square(box: Sequence[int], um_per_px: str) -> tuple[int, float | None]:
    """Side of the square to cut, in pixels of the image, and the scale of the picture it becomes."""
    if not um_per_px or float(um_per_px) <= 0:
        # As the pages of the case show a cell whose scale nobody knows.
        return round(max(box[2], box[3]) * _CONTEXT), None
    span = min(max(round(SIDE_UM / float(um_per_px)), 1), _LARGEST_SPAN_PX)
    return span, span * float(um_per_px) / SIDE_PX
