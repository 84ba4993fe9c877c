"""Sending a single field back to the clinic while its case is in review, and keeping it after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cases.models import FieldFault
from cases.models.field_return import RETURN_WORDS
from cases.selectors import people_at_clinic_of
from cases.services.field_returns import return_locked, take_back_locked
from cases.services.transitions import lock_image
from cases.states import CaseState
from classifier.services.rescaling import reanalyse_at_new_scale
from hematovision.errors import Conflict, Unprocessable
from notices.services import close_notifications, notify
from review.permissions import require_reviewer
from review.services.guards import require_lease
from review.services.undo import last_number

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case, FieldReturn, SmearImage

KIND = "field_returned"
SENT_BACK = gettext_noop("A field of a case was sent back to you. Take it again.")


def return_field(*, actor: User, image: SmearImage, reason: str, words: str = "") -> FieldReturn:
    """Send a field of a case in review back to its clinic, for a reason of `FieldFault`; the clinic is told.

    It leaves the count with its cells, whose decisions stay, and undo reaches back no further. Raises `NotFound`,
    `PermissionRefused`, `Unprocessable` (codes `reason_unknown`, `words_missing`), or `Conflict`: codes `signed` and `state` unless the
    case is in review and the field neither being analysed nor out of the case, `lease_lost`.
    """
    require_reviewer(actor=actor, case=image.case)
    words = words.strip()
    fault = _fault(reason, words)
    with transaction.atomic():
        lock_image(image)
        _begin(actor, image.case)
        returned = return_locked(actor=actor, image=image, reason=fault, words=words)
        notify(
            recipients=[person for person in people_at_clinic_of(image.case) if person.pk != actor.pk],
            kind=KIND,
            subject_id=returned.pk,
            text=SENT_BACK,
            path=f"{reverse('workbench:case', args=[image.case_id])}#sent-back",
        )
    return returned


def take_back_return(*, actor: User, returned: FieldReturn) -> None:
    """Keep a field that was sent back and that nobody has taken again: it counts as before, with its decisions.

    Where the scale of the case was changed meanwhile it is analysed again at that. Raises as `return_field`, and `Conflict` (code `ended`).
    """
    require_reviewer(actor=actor, case=returned.image.case)
    with transaction.atomic():
        lock_image(returned.image)
        returned.refresh_from_db(fields=["outcome", "replacement", "ended_by", "ended_at"])
        _begin(actor, returned.image.case)
        take_back_locked(actor=actor, returned=returned)
        close_notifications(subject_id=returned.pk)
        reanalyse_at_new_scale(actor=actor, case=returned.image.case)


def _begin(actor: User, case: Case) -> None:
    """What has to hold of a locked case; undo of what was decided before stops here, for its cells are others from now on."""
    if case.state != CaseState.IN_REVIEW:
        sentence = _("Fields are sent back while their case is in review.")
        raise Conflict(sentence, code="signed" if case.is_signed else "state", details={"state": str(case.state)})
    lease = require_lease(actor=actor, case=case)
    lease.since_number = last_number(case)
    lease.save(update_fields=["since_number"])


def _fault(reason: str, words: str) -> FieldFault:
    if reason not in FieldFault.values:
        sentence = _("Say why the field goes back.")
        raise Unprocessable(sentence, code="reason_unknown", details={"errors": {"reason": [sentence]}})
    if reason == FieldFault.OTHER and not words:
        sentence = _("Say in words why the field goes back.")
        raise Unprocessable(sentence, code="words_missing", details={"errors": {"words": [sentence]}})
    if len(words) > RETURN_WORDS:
        sentence = _("Say it in at most %(most)s characters.") % {"most": RETURN_WORDS}
        raise Unprocessable(sentence, code="too_long", details={"errors": {"words": [sentence]}})
    return FieldFault(reason)
