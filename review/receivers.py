"""What the review does when the clinical record announces something."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from accounts.models import User
from cases.models import Case, CaseTransition, FieldReturn
from cases.states import NEVER_REPORTED_STATES
from notices.services import close_notifications, notify
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


def tell_of_retaken_field(*, returned: FieldReturn, actor: User, **_: Any) -> None:
    """Tell whoever reviews the case, else who sent the field back, that its better picture came; the clinic is done with it."""
    case = returned.image.case
    close_notifications(subject_id=returned.pk)
    reviewer = case.owner or returned.by
    if reviewer != actor:
        notify(
            recipients=[reviewer],
            kind="field_retaken",
            subject_id=case.pk,
            text=gettext_noop("A field that was sent back was taken again."),
            path=f"{reverse('workbench:case', args=[case.pk])}#sent-back",
        )
