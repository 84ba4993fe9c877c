"""A rejected specimen on a page: why, what to do, what came in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cases.models import Case, SpecimenReason, SpecimenRejection
from cases.models.rejection import WHAT_NEXT
from cases.permissions import is_read_only, may_reject_specimen, may_send_again
from cases.states import ALLOWED_CASE_STEPS, CaseState

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason as it is offered: its code, what the clinic is told, and whether more has to be said in words."""

    code: str
    says: str
    advice: str
    needs_words: bool
    is_chosen: bool


def reasons_offered(chosen: Collection[str]) -> list[Choice]:
    """Return every reason, those in `chosen` ticked."""
    return [
        Choice(
            reason.value,
            str(reason.label),
            str(WHAT_NEXT[reason].advice),
            WHAT_NEXT[reason].needs_words,
            reason.value in chosen,
        )
        for reason in SpecimenReason
    ]


def is_rejectable(case: Case) -> bool:
    """Whether a specimen in this state may be rejected."""
    return CaseState.REJECTED in ALLOWED_CASE_STEPS[CaseState(case.state)]


def rejection_of(case: Case) -> SpecimenRejection | None:
    """Return why the specimen of a case was rejected; nothing is asked of the database for any other case."""
    if case.state != CaseState.REJECTED:
        return None
    return SpecimenRejection.objects.select_related("by", "order").filter(case=case).first()


def about_rejection(user: User, case: Case) -> dict[str, Any]:
    """What the case page says of a rejection, and of the specimens before and after it that `user` sees."""
    changes = not is_read_only(user, case)
    rejection = rejection_of(case)
    seen = Case.objects.visible_to(user)
    again = seen.filter(resubmission_of=case).order_by("-created_at") if rejection is not None else []
    sent = [one for one in again if one.state != CaseState.CANCELLED]
    before = seen.filter(pk=case.resubmission_of_id).first() if case.resubmission_of_id is not None else None
    return {
        "rejection": rejection,
        "sent_again": sent,
        "sent_before": before,
        "may_send_again": rejection is not None and not sent and changes and may_send_again(user, case),
        "may_reject": changes and is_rejectable(case) and may_reject_specimen(user, case),
    }
