"""Signed demo reports, through the same services people use: somebody who starts has a report to look at. For local use only.

The model analyses the drawn smears here and now; the demo pathologist then names every cell as it was drawn.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import Role, User
from cases.models import Case, Cell, ExclusionReason
from cases.states import CaseState, ImageState
from classifier.services.demo_cases import STORIES, Story, drawn_cells
from classifier.services.heartbeats import worker_name
from classifier.services.runs import run_analysis
from reports.models import SignatureMethod
from reports.services.drafts import save_draft
from reports.services.preparing import prepare_report
from reports.services.signing import Proof, sign_report
from review.models import ActionKind, AmendmentKind, AmendmentReason
from review.services.amendments import open_amendment
from review.services.decisions import apply_action
from review.services.leases import claim

if TYPE_CHECKING:
    from classifier.inference.synthetic import TrueCell

_WORKER = "seed_demo"


def seed_reports() -> int:
    """Sign the reports of the demo cases that end signed or corrected; returns how many versions were signed.

    A case whose analysis is not finished or failed, or in which somebody has begun to work, stays as it is. Raises as
    `sign_report`.
    """
    return sum(_tell(story) for story in STORIES if story.ends_as in {CaseState.SIGNED, CaseState.CORRECTED})


def _tell(story: Story) -> int:
    case = Case.objects.filter(accession_number=story.accession_number, clinic__slug=story.clinic).first()
    if case is None:
        return 0
    pathologist = (
        User.objects.filter(organisation=case.laboratory, role=Role.PATHOLOGIST).order_by("date_joined").first()
    )
    if pathologist is None:
        return 0
    if case.state in {CaseState.SUBMITTED, CaseState.ANALYSING}:
        for image in case.images.counting():
            run_analysis(image_id=image.pk, worker=worker_name(_WORKER))
        case.refresh_from_db()
    if case.state != CaseState.READY or case.images.counting().exclude(state=ImageState.ANALYSED).exists():
        return 0
    claim(actor=pathologist, case=case)
    _name_cells(pathologist, case, story)
    sign(pathologist, case, story.interpretation)
    if story.ends_as == CaseState.SIGNED:
        return 1
    _correct(pathologist, case, story)
    return 2


def _name_cells(pathologist: User, case: Case, story: Story) -> None:
    """Name the cells as they were drawn, a class at a time with its field on the screen; what was drawn as none is excluded."""
    for position, image in enumerate(case.images.counting().order_by("ordinal")):
        drawn = drawn_cells(story, position)
        by_label: dict[str, list[Cell]] = {}
        for cell in Cell.objects.current().filter(image=image).order_by("ordinal"):
            by_label.setdefault(_label_of(cell, drawn), []).append(cell)
        for label, cells in by_label.items():
            if label:
                decide(pathologist, case, cells, kind=ActionKind.LABEL, label=label)
            else:
                decide(pathologist, case, cells, kind=ActionKind.EXCLUDE, reason_code=ExclusionReason.ARTEFACT.value)


def decide(pathologist: User, case: Case, cells: list[Cell], *, kind: ActionKind, **what: str) -> None:
    """Decide on `cells`, all of which were on the screen."""
    apply_action(
        actor=pathologist,
        case=case,
        action_id=uuid.uuid4(),
        kind=kind,
        cells=[(cell.pk, cell.revision) for cell in cells],
        displayed={cell.pk for cell in cells},
        **what,
    )


def _label_of(cell: Cell, drawn: list[TrueCell]) -> str:
    """The class of the drawn cell in whose box the middle of the detected one lies; empty for none."""
    x, y, width, height = cell.box
    across, down = x + width / 2, y + height / 2
    for true in drawn:
        box = true.box
        if box.x <= across <= box.x + box.w and box.y <= down <= box.y + box.h:
            return true.label
    return ""


def _correct(pathologist: User, case: Case, story: Story) -> None:
    """Change one cell of the signed report, with a reason, and sign it again."""
    open_amendment(
        actor=pathologist,
        case=case,
        kind=AmendmentKind.CORRECTED.value,
        reason_code=AmendmentReason.RECLASSIFIED.value,
        reason="One cell was viewed again and is a monocyte.",
    )
    cell = Cell.objects.current().filter(image__case=case, label="lymphocyte", excluded=False).order_by("pk").first()
    if cell is not None:
        decide(pathologist, case, [cell], kind=ActionKind.LABEL, label="monocyte")
    sign(pathologist, case, story.interpretation)


def sign(
    pathologist: User, case: Case, interpretation: str, *, quality_remark: str = "Drawn for the demonstration."
) -> None:
    """Fill in the sign page and sign it; `quality_remark` says what the pictures are."""
    save_draft(
        actor=pathologist,
        case=case,
        interpretation=interpretation,
        count_reason="The smears are of the demonstration and hold no more cells.",
        quality_remark=quality_remark,
        quality_accepted=True,
        identifiers=["name", "mrn"],
    )
    preview = prepare_report(actor=pathologist, case=case).preview
    proof = Proof(user=pathologist.pk, method=SignatureMethod.PASSWORD.value, session_first=True, at=timezone.now())
    sign_report(actor=pathologist, case=case, preview=preview, proof=proof)
    case.refresh_from_db()
