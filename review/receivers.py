"""What the review does when the clinical record announces something."""

from __future__ import annotations

from typing import Any

from cases.models import Case, CaseTransition
from cases.states import NEVER_REPORTED_STATES
from review.models import ReviewLease
from review.services.leases import drop
from review.services.undo import last_number


def end_undo_at_new_scale(*, case: Case, **_: Any) -> None:
    """Let undo reach back no further: what it would put back was said of cells found at another scale."""
    # update(): the mark moves with the change of the case, which is in the audit trail.
    ReviewLease.objects.filter(case=case).update(since_number=last_number(case))


def end_the_review(*, instance: CaseTransition, created: bool, **_: Any) -> None:
    """Nobody holds a case that was cancelled, or whose specimen was rejected."""
    if created and instance.to_state in NEVER_REPORTED_STATES:
        drop(case=instance.case)
