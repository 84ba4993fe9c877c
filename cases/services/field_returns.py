"""Fields that a reviewer sends back: out of the count at once, in it again where they are kept after all, or replaced.

The review says who may; what it means for the record is written here, with the image locked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.field_return_verification import field_return_digest
from cases.models import Cell, FieldFault, FieldReturn, ReturnOutcome, SmearImage, TakenOut
from cases.services.audit_trail import scope_of
from cases.services.cells import mark_superseded
from cases.services.transitions import step_image
from cases.signals import cells_changed, field_retaken, image_taken_out
from cases.states import ImageState
from cases.words import in_english
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case


def return_locked(*, actor: User, image: SmearImage, reason: FieldFault, words: str) -> FieldReturn:
    """Take a locked image out of its case until the clinic takes it again; its decisions stay with its cells.

    Raises `Conflict` (code `state`) for one that is being analysed or is out of the case already.
    """
    current = list(image.cells.current().order_by("ordinal"))
    step_image(image=image, to=ImageState.RETURNED, by=actor, reason=in_english(reason.label))
    returned = FieldReturn.objects.create(
        image=image,
        reason=reason,
        words=words,
        cells=[str(cell.pk) for cell in current],
        by=actor,
        at=timezone.now(),
    )
    mark_superseded(current, superseded=True)
    after = {"image": str(image.pk), "reason": reason.value, "row": field_return_digest(returned)}
    record(actor=actor, action=Action.CREATE, target=returned, after=after, **scope_of(image))
    _announce(actor, image)
    return returned


def take_back_locked(*, actor: User, returned: FieldReturn) -> None:
    """Give a case the field again that was sent back, with the cells it had. Raises `Conflict` (code `ended`) where that is over."""
    image = returned.image
    _require_waiting(returned)
    before = image.transitions.filter(to_state=ImageState.RETURNED).latest("pk").from_state
    # Why it was rejected or failed is said by the step that led there.
    told = image.transitions.filter(to_state=before).latest("pk").reason
    step_image(image=image, to=ImageState(before), by=actor, reason=told)
    mark_superseded(list(image.cells.filter(pk__in=returned.cells)), superseded=False)
    _end(actor, returned, ReturnOutcome.TAKEN_BACK)
    _announce(actor, image)


def vacate_returned(*, actor: User, image: SmearImage) -> int:
    """Take a locked field that was sent back out for the better picture that is being received; returns its place."""
    _require_waiting(image.returns.get(outcome=""))
    image.taken_out_reason = TakenOut.RETAKEN
    step_image(image=image, to=ImageState.TAKEN_OUT, by=actor, reason=in_english(TakenOut.RETAKEN.label))
    return image.ordinal


def note_retake(*, actor: User, replaced: SmearImage, image: SmearImage) -> None:
    """Keep which image came for a field that had been sent back; nothing for one that was replaced in a draft."""
    returned = replaced.returns.filter(outcome="").first()
    if returned is not None:
        returned.replacement = image
        _end(actor, returned, ReturnOutcome.RETAKEN)
        field_retaken.send(sender=FieldReturn, returned=returned, actor=actor)


def empty_return_words(*, actor: User, case: Case, reason: str) -> None:
    """Empty what was written beside fields of a locked `case` that were sent back; called by their patient's pseudonymisation."""
    for returned in FieldReturn.objects.of_case(case).exclude(words=""):
        returned.words = ""
        returned.save(update_fields=["words"])
        after = {"fields": ["words"], "row": field_return_digest(returned)}
        record(actor=actor, action=Action.UPDATE, target=returned, reason=reason, after=after, **scope_of(case))


def _require_waiting(returned: FieldReturn) -> None:
    if returned.outcome:
        raise Conflict(_("What became of this field was decided meanwhile. Look at the case again."), code="ended")


def _end(actor: User, returned: FieldReturn, outcome: ReturnOutcome) -> None:
    returned.outcome = outcome
    returned.ended_by = actor
    returned.ended_at = timezone.now()
    returned.save(update_fields=["outcome", "replacement", "ended_by", "ended_at"])
    after = {"outcome": outcome.value, "row": field_return_digest(returned)}
    record(actor=actor, action=Action.UPDATE, target=returned, after=after, **scope_of(returned.image))


def _announce(actor: User, image: SmearImage) -> None:
    """Tell whoever derives something from the cells of the case, and whoever follows it."""
    image_taken_out.send(sender=SmearImage, image=image, actor=actor)
    cells_changed.send(sender=Cell, case_id=image.case_id)
    image.case.save(update_fields=["updated_at"])
