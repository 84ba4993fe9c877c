"""Legal holds: place one on a case, release one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.keeping_verification import hold_digest, release_digest
from cases.models import Case, LegalHold, LegalHoldRelease
from cases.permissions import may_place_legal_holds, must_see, refuse
from cases.services.reasoned import insert_reasoned
from cases.services.validation import given_reason
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User

ONLY_ITS_ADMINISTRATORS = gettext_lazy("Only administrators of the laboratory of a case place and release legal holds.")


def place_legal_hold(*, actor: User, case: Case, reason: str) -> LegalHold:
    """Hold everything of `case` until somebody releases it.

    Raises `NotFound` for a case the actor does not see, `PermissionRefused` for anybody but the administrators of its
    laboratory, and `Unprocessable` without a reason.
    """
    _require_permission(actor, case)
    with transaction.atomic():
        # Whatever removes something of a case takes this lock too: it sees the hold, or the hold waits for it.
        Case.objects.select_for_update(no_key=True).only("pk").get(pk=case.pk)
        hold = LegalHold(case=case, placed_by=actor, reason=given_reason(reason), placed_at=timezone.now())
        insert_reasoned(hold, actor=actor, about=case, digest=hold_digest, case=case.pk)
    return hold


def release_legal_hold(*, actor: User, hold: LegalHold, reason: str) -> LegalHoldRelease:
    """End a legal hold; any other on the case stays. Raises as `place_legal_hold`, and `Conflict` for one that ended."""
    _require_permission(actor, hold.case)
    with transaction.atomic():
        Case.objects.select_for_update(no_key=True).only("pk").get(pk=hold.case_id)
        if not LegalHold.objects.in_force().filter(pk=hold.pk).exists():
            raise Conflict(_("This legal hold was released already."), code="released_already")
        release = LegalHoldRelease(
            hold=hold, released_by=actor, reason=given_reason(reason), released_at=timezone.now()
        )
        insert_reasoned(release, actor=actor, about=hold.case, digest=release_digest, case=hold.case_id, hold=hold.pk)
    return release


def _require_permission(actor: User, case: Case) -> None:
    must_see(actor=actor, record_=case)
    if not may_place_legal_holds(actor, case):
        refuse(actor=actor, target=case, sentence=ONLY_ITS_ADMINISTRATORS)
