"""Claiming a case for review, and releasing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from cases.services.cases import settle_case
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState
from hematovision.errors import Conflict
from review.models import ReviewLease
from review.models.lease import LEASE
from review.permissions import require_reviewer
from review.services.guards import lease_details, lease_lost, require_open
from review.services.undo import last_number

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case


def claim(*, actor: User, case: Case) -> ReviewLease:
    """Claim a case that is ready (or signed and opened again) for review; claiming twice claims once.

    A lease nobody renewed in time is taken over, which the audit trail keeps. Raises `NotFound`, `PermissionRefused`,
    or `Conflict`: code `claimed` names the holder and until when, `signed` and `state` say why it cannot be reviewed.
    """
    require_reviewer(actor=actor, case=case)
    with transaction.atomic():
        lock_case(case)
        lease = ReviewLease.objects.select_related("holder").filter(case=case).first()
        if lease is not None and lease.holder_id != actor.pk and lease.is_alive():
            sentence = _("%(person)s is reviewing this case.") % {"person": lease.holder.full_name}
            raise Conflict(sentence, code="claimed", details=lease_details(lease))
        if case.state == CaseState.READY:
            case.owner = actor
            step_case(case=case, to=CaseState.IN_REVIEW, by=actor)
        require_open(case)
        return _hold(actor, case, lease)


def release(*, actor: User, case: Case) -> Case:
    """Release a case: one in review is ready for anybody again; what was decided stays.

    Raises `NotFound`, `PermissionRefused`, or `Conflict` with code `lease_lost` where somebody else holds it.
    """
    require_reviewer(actor=actor, case=case)
    with transaction.atomic():
        lock_case(case)
        lease = ReviewLease.objects.select_related("holder").filter(case=case).first()
        if lease is not None and lease.holder_id != actor.pk:
            raise lease_lost(lease)
        if lease is None:
            if case.state == CaseState.IN_REVIEW and case.owner_id != actor.pk:
                raise lease_lost(None)
        else:
            lease.delete()
        if case.state == CaseState.IN_REVIEW:
            case.owner = None
            step_case(case=case, to=CaseState.READY, by=actor)
            # An image may be re-analysed meanwhile.
            settle_case(case=case)
        elif lease is not None:
            record(actor=actor, action=Action.REVIEW, target=case, after={"lease": "released"}, **scope_of(case))
    return case


def extend(*, actor: User, case: Case) -> ReviewLease:
    """Show a sign of life; raises `Conflict` with code `lease_lost` once somebody else has taken over.

    Not audited: it changes nothing anybody would ask about, and it comes every minute.
    """
    require_reviewer(actor=actor, case=case)
    case.refresh_from_db(fields=["state"])
    require_open(case)
    now = timezone.now()
    # One conditional UPDATE: whoever took over meanwhile is not overwritten.
    renewed = ReviewLease.objects.filter(case=case, holder=actor).update(expires_at=now + LEASE)
    lease = ReviewLease.objects.select_related("holder").filter(case=case).first()
    if not renewed or lease is None:
        raise lease_lost(lease)
    return lease


def drop(*, case: Case) -> None:
    """End the lease of a locked case that was signed or closed; the caller's event says why."""
    ReviewLease.objects.filter(case=case).delete()


def _hold(actor: User, case: Case, lease: ReviewLease | None) -> ReviewLease:
    now = timezone.now()
    if lease is not None and lease.holder_id == actor.pk:
        lease.expires_at = now + LEASE
        lease.save(update_fields=["expires_at"])
        return lease
    before = lease
    lease, _created = ReviewLease.objects.update_or_create(
        case=case,
        defaults={"holder": actor, "claimed_at": now, "expires_at": now + LEASE, "since_number": last_number(case)},
    )
    if case.state == CaseState.IN_REVIEW and case.owner_id != actor.pk:
        case.owner = actor
        case.save(update_fields=["owner"])
    record(
        actor=actor,
        action=Action.REVIEW,
        target=case,
        reason="The lease before had run out." if before is not None else "",  # not translated
        before={"holder": str(before.holder_id)} if before is not None else None,
        after={"lease": "taken over" if before is not None else "claimed"},
        **scope_of(case),
    )
    return lease
