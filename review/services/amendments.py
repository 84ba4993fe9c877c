"""Opening a signed case again, and ending that one way or the other."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from cases.services.cases import details_of, put_back_details
from cases.services.transitions import lock_case
from hematovision.errors import Conflict, Unprocessable
from review.cell_state import columns_of, same_decision, state_of
from review.models import (
    ActionKind,
    Amendment,
    AmendmentKind,
    AmendmentOutcome,
    AmendmentReason,
    Decision,
    ReviewLease,
)
from review.permissions import require_reviewer
from review.selectors import open_amendment_of
from review.services.action_records import Change, record_action
from review.services.decisions import new_action
from review.services.guards import lease_details, require_lease
from review.services.leases import claim, drop
from review.services.undo import last_number
from review.verification import amendment_digest

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case

_LONGEST = 500


def open_amendment(*, actor: User, case: Case, kind: str, reason_code: str, reason: str) -> Amendment:
    """Open a signed case to correct, append to or withdraw its report; the actor holds it from then on.

    The signed report stands until the next signature. Raises `NotFound`, `PermissionRefused`, `Unprocessable`
    (no reason, or the wrong patient and not withdrawn), `Conflict`: code `state` unless it is signed,
    `amendment_open` where one is open already, `claimed` where somebody else holds the case.
    """
    require_reviewer(actor=actor, case=case)
    reason = reason.strip()
    if kind not in AmendmentKind.values or reason_code not in AmendmentReason.values:
        raise Unprocessable(_("Say what becomes of the report and choose a reason."), code="reason_missing")
    if reason_code == AmendmentReason.WRONG_PATIENT and kind != AmendmentKind.WITHDRAWN:
        sentence = _(
            "A report of the wrong patient is withdrawn: no result of it stands. The images can then be moved."
        )
        raise Unprocessable(sentence, code="withdraw")
    if not reason:
        raise Unprocessable(_("Say why the report is changed."), code="reason_missing")
    if len(reason) > _LONGEST:
        raise Unprocessable(_("A reason has at most %(most)s characters.") % {"most": _LONGEST}, code="reason_too_long")
    with transaction.atomic():
        lock_case(case)
        if not case.is_signed:
            sentence = _("The case is %(state)s: there is no signed report to change.") % {
                "state": case.get_state_display().lower()
            }
            raise Conflict(sentence, code="state", details={"state": str(case.state)})
        if open_amendment_of(case) is not None:
            raise Conflict(_("The case has been opened again already."), code="amendment_open")
        _end_old_session(actor, case)
        amendment = Amendment.objects.create(
            case=case,
            kind=kind,
            reason_code=reason_code,
            reason=reason,
            since_number=last_number(case),
            details=details_of(case),
            opened_by=actor,
            opened_at=timezone.now(),
        )
        record(
            actor=actor,
            action=Action.CORRECT,
            target=amendment,
            reason=reason,
            after={
                "case": str(case.pk),
                "kind": kind,
                "reason_code": reason_code,
                "state": "open",
                "row": amendment_digest(amendment),
            },
            **scope_of(case),
        )
        claim(actor=actor, case=case)
    return amendment


def forget_question(*, actor: User, case: Case) -> None:
    """Empty the clinical question that amendments of a locked case kept: free text about a person who is pseudonymised."""
    for amendment in Amendment.objects.filter(case=case).order_by("opened_at"):
        if amendment.details.get("clinical_question"):
            amendment.details["clinical_question"] = ""
            amendment.save(update_fields=["details"])
            after = {"case": str(case.pk), "emptied": "clinical_question"}
            record(actor=actor, action=Action.UPDATE, target=amendment, after=after, **scope_of(case))


def abandon_amendment(*, actor: User, case: Case) -> Amendment:
    """Give up an amendment: cells and specimen are put back to what was signed, and the signed report stands as it did.

    Raises `NotFound`, `PermissionRefused`, `Conflict` (code `state` where none is open, `lease_lost`).
    """
    require_reviewer(actor=actor, case=case)
    with transaction.atomic():
        lock_case(case)
        amendment = open_amendment_of(case)
        if amendment is None:
            raise Conflict(_("No amendment of this case is open."), code="state", details={"state": str(case.state)})
        require_lease(actor=actor, case=case)
        changes = _back_to_signed(amendment)
        if changes:
            action = new_action(actor, case, uuid.uuid4(), ActionKind.REVERT, "abandoned", amendment.reason)
            record_action(action=action, changes=changes)
        if amendment.kind == AmendmentKind.CORRECTED:
            put_back_details(actor=actor, case=case, details=amendment.details)
        _close(amendment, AmendmentOutcome.ABANDONED, actor)
    return amendment


def close_amendment(*, amendment: Amendment, actor: User | None = None) -> Amendment:
    """Close an amendment that was signed; part of the signing transaction, under its lock of the case."""
    _close(amendment, AmendmentOutcome.SIGNED, actor or amendment.opened_by)
    return amendment


def _close(amendment: Amendment, outcome: AmendmentOutcome, actor: User) -> None:
    amendment.outcome = outcome
    amendment.settled_by = actor
    amendment.settled_at = timezone.now()
    amendment.save(update_fields=["outcome", "settled_by", "settled_at"])
    case = amendment.case
    drop(case=case)
    record(
        actor=actor,
        action=Action.CORRECT,
        target=amendment,
        before={"state": "open"},
        after={"case": str(case.pk), "state": str(outcome), "row": amendment_digest(amendment)},
        **scope_of(case),
    )


def _end_old_session(actor: User, case: Case) -> None:
    """What was done before the signature is not undone after it: the session of the amendment is a new one."""
    lease = ReviewLease.objects.select_related("holder").filter(case=case).first()
    if lease is None:
        return
    if lease.holder_id != actor.pk and lease.is_alive():
        sentence = _("%(person)s is reviewing this case.") % {"person": lease.holder.full_name}
        raise Conflict(sentence, code="claimed", details=lease_details(lease))
    drop(case=case)


def _back_to_signed(amendment: Amendment) -> list[Change]:
    """Return what gives each cell decided on since the opening the state it had then."""
    since = Decision.objects.filter(action__case=amendment.case_id, action__number__gt=amendment.since_number)
    signed: dict[uuid.UUID, Decision] = {}
    for decision in since.select_related("cell").order_by("action__number", "id"):
        signed.setdefault(decision.cell_id, decision)
    return [
        Change(decision.cell, columns_of(decision.before), decides=False)
        for decision in signed.values()
        if not same_decision(state_of(decision.cell), decision.before)
    ]
