"""What the laboratory did with the demo cases: signed reports, a rejected specimen, a field sent back. For local use only.

Through the same services people use. The model analyses the fields here and now; the demo pathologist then labels every cell as it
was drawn, or as the set that a real field is from says.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import Role, User
from cases.models import Case, Cell, ExclusionReason, FieldFault
from cases.services.rejections import reject_specimen
from cases.states import CaseState, ImageState
from classifier.services.demo_fields import true_cells
from classifier.services.demo_stories import STORIES, Story
from classifier.services.heartbeats import worker_name
from classifier.services.runs import run_analysis
from reports.models import SignatureMethod
from reports.services.drafts import save_draft
from reports.services.preparing import prepare_report
from reports.services.signing import Proof, sign_report
from review.models import ActionKind, AmendmentKind, AmendmentReason
from review.services.amendments import open_amendment
from review.services.decisions import apply_action
from review.services.field_returns import return_field
from review.services.leases import claim

if TYPE_CHECKING:
    from collections.abc import Callable

    from classifier.inference.synthetic import TrueCell

_WORKER = "seed_demo"
_BY_THE_LABORATORY = frozenset(
    {
        CaseState.SIGNED,
        CaseState.DELIVERED,
        CaseState.CORRECTED,
        CaseState.APPENDED,
        CaseState.REJECTED,
        CaseState.IN_REVIEW,
    }
)


def seed_reports(*, tick: Callable[[], None] | None = None) -> int:
    """Bring the demo cases that the laboratory has begun with as far as their stories go; returns how many versions were signed.

    A case whose analysis is not finished or failed, or in which somebody has begun to work, stays as it is. `tick` is called
    after each case. Raises as `sign_report`.
    """
    signed = 0
    for story in STORIES:
        case = Case.objects.filter(accession_number=story.accession_number, clinic__slug=story.clinic).first()
        pathologist = None if case is None else _pathologist_of(case)
        if case is None or pathologist is None or story.ends_as not in _BY_THE_LABORATORY:
            continue
        signed += _tell(story, case, pathologist)
        if tick is not None:
            tick()
    return signed


def _pathologist_of(case: Case) -> User | None:
    people = User.objects.filter(organisation=case.laboratory, role=Role.PATHOLOGIST)
    return people.order_by("date_joined", "email").first()


def _tell(story: Story, case: Case, pathologist: User) -> int:
    if case.state in {CaseState.SUBMITTED, CaseState.ANALYSING}:
        for image in case.images.counting():
            run_analysis(image_id=image.pk, worker=worker_name(_WORKER))
        case.refresh_from_db()
    if case.state != CaseState.READY or case.images.counting().exclude(state=ImageState.ANALYSED).exists():
        return 0
    if story.ends_as == CaseState.REJECTED:
        reject_specimen(actor=pathologist, case=case, reasons=[story.because])
        return 0
    claim(actor=pathologist, case=case)
    if story.sent_back is not None:
        field = case.images.counting().order_by("ordinal")[story.sent_back]
        return_field(actor=pathologist, image=field, reason=FieldFault.WRONG_AREA.value)
        return 0
    _name_cells(pathologist, case, story)
    sign(pathologist, case, story.interpretation, quality_remark=story.remark, insufficient=story.because)
    if story.ends_as == CaseState.CORRECTED:
        _correct(pathologist, case, story)
    elif story.ends_as == CaseState.APPENDED:
        _append(pathologist, case, story)
    else:
        return 1
    return 2


def _name_cells(pathologist: User, case: Case, story: Story) -> None:
    """Name the cells as they were drawn, a class at a time with its field on the screen; what was drawn as none is excluded."""
    for position, image in enumerate(case.images.counting().order_by("ordinal")):
        drawn = true_cells(story, position)
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
    sign(pathologist, case, story.interpretation, quality_remark=story.remark)


def _append(pathologist: User, case: Case, story: Story) -> None:
    """Add to the signed report what came to be known later; its result stays."""
    open_amendment(
        actor=pathologist,
        case=case,
        kind=AmendmentKind.APPENDED.value,
        reason_code=AmendmentReason.ADDITIONAL_INFORMATION.value,
        reason="The clinic told us more.",
    )
    sign(pathologist, case, story.interpretation, quality_remark=story.remark, comments=story.addendum)


def sign(
    pathologist: User,
    case: Case,
    interpretation: str,
    *,
    quality_remark: str,
    comments: str = "",
    insufficient: str = "",
) -> None:
    """Fill in the sign page and sign it; `quality_remark` says what the pictures are, `insufficient` why there is no result."""
    save_draft(
        actor=pathologist,
        case=case,
        interpretation=interpretation,
        comments=comments,
        count_reason="The smears are of the demonstration and hold no more cells.",
        quality_remark=quality_remark,
        insufficient=insufficient,
        quality_accepted=True,
        identifiers=["name", "mrn"],
    )
    preview = prepare_report(actor=pathologist, case=case).preview
    proof = Proof(user=pathologist.pk, method=SignatureMethod.PASSWORD.value, session_first=True, at=timezone.now())
    sign_report(actor=pathologist, case=case, preview=preview, proof=proof)
    case.refresh_from_db()
