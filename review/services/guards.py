"""Who may decide on the cells of a case now: asked by every service of this app before it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from cases.permissions import may_review_cases, must_see, refuse
from cases.states import CaseState
from hematovision.errors import Conflict
from review.models import Amendment, AmendmentKind, ReviewLease
from review.models.lease import LEASE

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case

NOT_A_READER = "Cases are read by the pathologists of their laboratory."


def reads_for(user: User, case: Case) -> bool:
    """Whether `user` is a pathologist of the case's laboratory; seeing it by other ways is not enough."""
    return may_review_cases(user) and user.organisation_id == case.laboratory_id


def require_reader(*, actor: User, case: Case) -> None:
    """Raise `NotFound` for a case the actor does not see, `PermissionRefused` for those who do not read for it."""
    must_see(actor=actor, record_=case)
    if not reads_for(actor, case):
        refuse(actor=actor, target=case, sentence=NOT_A_READER)


def open_amendment_of(case: Case) -> Amendment | None:
    """Return the amendment that awaits its signature, if there is one."""
    return Amendment.objects.filter(case=case, outcome="").first()


def corrects_details(user: User, case: Case) -> bool:
    """Whether `user` holds a signed case that was opened again to be corrected."""
    return (
        reads_for(user, case)
        and Amendment.objects.filter(case=case, outcome="", kind=AmendmentKind.CORRECTED).exists()
        and ReviewLease.objects.filter(case=case, holder=user).exists()
    )


def require_open(case: Case) -> None:
    """Raise `Conflict` unless decisions may be made: in review, or signed and opened again.

    Code `signed` for a signed case without an open amendment, `state` for any other.
    """
    if case.state == CaseState.IN_REVIEW:
        return
    if case.is_signed:
        if open_amendment_of(case) is not None:
            return
        sentence = "The case is signed. Open an amendment to change what was signed."
        raise Conflict(sentence, code="signed", details={"state": str(case.state)})
    sentence = f"The case is {case.get_state_display().lower()}: nobody is reading it."
    raise Conflict(sentence, code="state", details={"state": str(case.state)})


def require_lease(*, actor: User, case: Case) -> ReviewLease:
    """Return the actor's lease on a locked case, extended; raises `Conflict` with code `lease_lost` without one.

    A lease that ran out and that nobody took over still is its holder's.
    """
    lease = ReviewLease.objects.select_related("holder").filter(case=case).first()
    if lease is None or lease.holder_id != actor.pk:
        raise lease_lost(lease)
    lease.expires_at = timezone.now() + LEASE
    lease.save(update_fields=["expires_at"])
    return lease


def lease_lost(lease: ReviewLease | None) -> Conflict:
    """The refusal of somebody who no longer holds the case; it names who does."""
    if lease is None:
        return Conflict("You are not reading this case at present. Claim it first.", code="lease_lost")
    return Conflict(
        f"{lease.holder.full_name} has taken over this case.", code="lease_lost", details=lease_details(lease)
    )


def lease_details(lease: ReviewLease) -> dict[str, object]:
    """Who holds a case and until when, for the person who would like to."""
    return {"holder": lease.holder.full_name, "until": lease.expires_at.isoformat()}
