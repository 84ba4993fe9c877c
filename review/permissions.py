"""Who may review a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from cases.permissions import may_review_cases, must_see, refuse
from review.models import Amendment, AmendmentKind, ReviewLease

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case

NOT_A_REVIEWER = gettext_noop("Cases are reviewed by the pathologists of their laboratory.")


def may_review(user: User, case: Case) -> bool:
    """Whether `user` is a pathologist of the case's laboratory; seeing it by other ways is not enough."""
    return may_review_cases(user) and user.organisation_id == case.laboratory_id


def require_reviewer(*, actor: User, case: Case) -> None:
    """Raise `NotFound` for a case the actor does not see, `PermissionRefused` for those who do not review for its laboratory."""
    must_see(actor=actor, record_=case)
    if not may_review(actor, case):
        refuse(actor=actor, target=case, sentence=NOT_A_REVIEWER)


def corrects_details(user: User, case: Case) -> bool:
    """Whether `user` holds a signed case that was opened again to be corrected."""
    return (
        may_review(user, case)
        and Amendment.objects.filter(case=case, outcome="", kind=AmendmentKind.CORRECTED).exists()
        and ReviewLease.objects.filter(case=case, holder=user).exists()
    )
