"""What becomes of open questions when the review of a case ends."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from cases.models import CaseTransition
from cases.states import CLOSED_STATES, CaseState
from consult.services.opinions import close_opinions_of
from review.models import Amendment, AmendmentOutcome

# Kept in English, and told in the language of the page.
_CLOSED_BECAUSE = {
    CaseState.SIGNED: gettext_noop("The case was signed."),
    CaseState.DELIVERED: gettext_noop("The case was delivered."),
    CaseState.CORRECTED: gettext_noop("The case was corrected."),
    CaseState.APPENDED: gettext_noop("The case was addendum."),
    CaseState.WITHDRAWN: gettext_noop("The case was withdrawn."),
    CaseState.CANCELLED: gettext_noop("The case was cancelled."),
    CaseState.REJECTED: gettext_noop("The case was rejected."),
}


def close_with_the_case(*, instance: CaseTransition, created: bool, **_: Any) -> None:
    """A case that was signed, withdrawn or cancelled asks nobody any more."""
    if created and instance.to_state in CLOSED_STATES:
        reason = _CLOSED_BECAUSE[CaseState(instance.to_state)]
        close_opinions_of(case=instance.case, by=instance.by, reason=reason)


def close_with_the_amendment(*, instance: Amendment, **_: Any) -> None:
    """An amendment given up takes its questions with it; one that was signed steps the case."""
    if instance.outcome == AmendmentOutcome.ABANDONED:
        close_opinions_of(
            case=instance.case, by=instance.settled_by, reason=gettext_noop("The amendment was given up.")
        )
