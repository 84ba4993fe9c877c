"""What has to hold before this app writes: the case is open to decisions, and the actor holds its lease."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.states import CaseState
from hematovision.errors import Conflict
from review.models import ReviewLease
from review.models.lease import LEASE
from review.selectors import open_amendment_of

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case


def require_open(case: Case) -> None:
    """Raise `Conflict` unless decisions may be made: in review, or signed and opened again.

    Code `signed` for a signed case without an open amendment, `state` for any other.
    """
    if case.state == CaseState.IN_REVIEW:
        return
    if case.is_signed:
        if open_amendment_of(case) is not None:
            return
        sentence = _("The case is signed. Open an amendment to change what was signed.")
        raise Conflict(sentence, code="signed", details={"state": str(case.state)})
    sentence = _("The case is %(state)s: nobody is reviewing it.") % {"state": case.get_state_display().lower()}
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
        return Conflict(_("You are not reviewing this case at present. Claim it first."), code="lease_lost")
    sentence = _("%(person)s has taken over this case.") % {"person": lease.holder.full_name}
    return Conflict(sentence, code="lease_lost", details=lease_details(lease))


def lease_details(lease: ReviewLease) -> dict[str, object]:
    """Who holds a case and until when, for the person who would like to."""
    return {"holder": lease.holder.full_name, "until": lease.expires_at.isoformat()}
