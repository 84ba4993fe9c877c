"""The label of a slide against the case that its pictures are sent with: what differs holds the case back until somebody says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.label_verification import label_digest
from cases.models import LabelCheck
from cases.models.label_check import LONGEST_LABEL
from cases.permissions import may_write_cases, must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.scans import code_of
from cases.services.transitions import lock_case
from cases.services.validation import clean_record, given_reason
from cases.states import CaseState
from hematovision.errors import Conflict, Unprocessable

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case


def check_label(*, actor: User, case: Case, text: str) -> LabelCheck:
    """Keep what the label of the slide says, and whether it is the number of the draft `case`, or of its order.

    Raises `NotFound`, `PermissionRefused`, `Unprocessable` where nothing was read, `Conflict` once submitted.
    """
    _require_writer(actor, case)
    code = code_of(case.laboratory, text)
    if not code or len(code) > LONGEST_LABEL:
        raise Unprocessable(_("Scan the label of the slide, or type its number."), code="nothing_read")
    with transaction.atomic():
        _require_draft(lock_case(case))
        row = LabelCheck(case=case, code=code, by=actor)
        row.agreed = row.agrees
        return _keep(row)


def confirm_label(*, actor: User, case: Case, check: UUID, reason: str) -> LabelCheck:
    """Say why the slide is that of the draft `case` although its label says otherwise; `check` is what the person was shown.

    Raises as `check_label`, `Unprocessable` without a reason, `Conflict` where the label was scanned again meanwhile.
    """
    _require_writer(actor, case)
    with transaction.atomic():
        _require_draft(lock_case(case))
        last = case.label_checks.standing()
        if last is None or last.pk != check or not last.is_open:
            raise Conflict(_("The label was compared again meanwhile. See what it says now."), code="label_changed")
        row = LabelCheck(case=case, code=last.code, agreed=False, reason=given_reason(reason), by=actor)
        return _keep(row)


def require_label(case: Case) -> str:
    """Return what the step of the submission says of the label, empty where nothing differs. Raises `Conflict` (code `label_differs`)."""
    last = case.label_checks.standing()
    if last is None or last.agrees:
        return ""
    if last.is_open:
        raise Conflict(
            _(
                "The label of the slide is not of this case. Check the slide, scan it again, or say why it is the right one."
            ),
            code="label_differs",
        )
    return (
        f"Submitted although the label of the slide says otherwise: {last.reason}"  # not translated here: cases.words
    )


def empty_labels(*, actor: User, case: Case, reason: str) -> None:
    """Empty what labels of a locked `case` said, which may name a patient; called by their pseudonymisation."""
    for row in case.label_checks.select_for_update(no_key=True):
        row.code = ""
        row.save(update_fields=["code"])
        after = {"fields": ["code"], "row": label_digest(row)}
        record(actor=actor, action=Action.UPDATE, target=row, reason=reason, after=after, **scope_of(case))


def _require_draft(case: Case) -> None:
    if case.state != CaseState.DRAFT:
        raise Conflict(_("Labels are compared while a case is a draft."), code="state", details={"state": case.state})


def _require_writer(actor: User, case: Case) -> None:
    must_see(actor=actor, record_=case)
    if not may_write_cases(actor):
        refuse(actor=actor, target=case, sentence=gettext_lazy("Your role does not submit cases."))


def _keep(row: LabelCheck) -> LabelCheck:
    clean_record(row)
    row.save(force_insert=True)
    after = {"case": str(row.case_id), "agreed": row.agreed, "row": label_digest(row)}
    record(actor=row.by, action=Action.CREATE, target=row, reason=row.reason, after=after, **scope_of(row.case))
    return row
