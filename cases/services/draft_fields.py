"""The fields of a draft: one is taken out, replaced by a better picture, or given another place. Nothing of it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.models import SmearImage, TakenOut
from cases.permissions import may_send_images, must_see, refuse
from cases.services.audit_trail import scope_of
from cases.services.cells import supersede_all
from cases.services.transitions import lock_case, lock_image, step_image
from cases.signals import image_taken_out
from cases.states import CaseState, ImageState
from cases.verification import image_digest
from cases.words import in_english
from hematovision.errors import Conflict, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case

_NOT_YOURS = gettext_lazy("Your role does not change the images of a case.")


def take_out_image(*, actor: User, image: SmearImage, reason: str) -> SmearImage:
    """Take a field out of its draft, for a reason of `TakenOut`; the fields after it move up. Twice is as once.

    Row and files stay in the record; count, analysis and report no longer have it, and the same file may be sent again.
    Raises `NotFound`, `PermissionRefused`, `Unprocessable` (code `reason_unknown`) or `Conflict` (no draft any more).
    """
    must_see(actor=actor, record_=image)
    if not may_send_images(actor):
        refuse(actor=actor, target=image, sentence=_NOT_YOURS)
    if reason not in TakenOut.values:
        sentence = _("Say why the field is taken out.")
        raise Unprocessable(sentence, code="reason_unknown", details={"errors": {"reason": [sentence]}})
    with transaction.atomic():
        lock_image(image)
        require_draft(image.case)
        if image.state != ImageState.TAKEN_OUT:
            take_out_locked(actor=actor, image=image, reason=TakenOut(reason))
            _number(actor, list(image.case.images.counting().order_by("ordinal")))
    return image


def reorder_images(*, actor: User, case: Case, order: Sequence[UUID]) -> Case:
    """Give the fields of a draft the places they have in `order`, which names each of them once.

    Raises `NotFound`, `PermissionRefused`, `Conflict`: no draft any more, or (code `other_fields`) these are not its fields.
    """
    must_see(actor=actor, record_=case)
    if not may_send_images(actor):
        refuse(actor=actor, target=case, sentence=_NOT_YOURS)
    with transaction.atomic():
        lock_case(case)
        require_draft(case)
        present = {image.pk: image for image in case.images.counting()}
        if len(order) != len(present) or set(order) != present.keys():
            sentence = _("The case has other fields by now. Look at it again, then order them.")
            raise Conflict(sentence, code="other_fields", details={"images": [str(pk) for pk in present]})
        if _number(actor, [present[pk] for pk in order]):
            # Whoever follows the case is told.
            case.save(update_fields=["updated_at"])
    return case


def move_image(*, actor: User, image: SmearImage, by: int) -> Case:
    """Move a field of a draft `by` places, back where negative, as far as there are any. Raises as `reorder_images`."""
    order = list(image.case.images.counting().order_by("ordinal").values_list("pk", flat=True))
    if image.pk in order:
        here = order.index(image.pk)
        order.insert(min(max(here + by, 0), len(order) - 1), order.pop(here))
    return reorder_images(actor=actor, case=image.case, order=order)


def require_draft(case: Case) -> None:
    """Raise `Conflict` unless `case` is a draft: what was submitted keeps the fields it was submitted with."""
    if case.state != CaseState.DRAFT:
        state = case.get_state_display().lower()
        sentence = _("The case is %(state)s: fields change only while it is a draft.") % {"state": state}
        raise Conflict(sentence, code="state", details={"state": CaseState(case.state).value})


def require_replaceable(case: Case, image: SmearImage) -> None:
    """Raise `Conflict` unless `image` is a field of the draft `case`, or one sent back, that may give its place to another."""
    if image.case_id == case.pk and image.state == ImageState.RETURNED:
        return
    require_draft(case)
    if image.case_id != case.pk or image.state == ImageState.TAKEN_OUT:
        raise Conflict(_("The field to replace is no longer in the case. Look at the case again."), code="taken_out")


def take_out_locked(*, actor: User, image: SmearImage, reason: TakenOut) -> None:
    """Take out a locked image of a draft; the numbers of the other fields stay as they are."""
    image.taken_out_reason = reason
    step_image(image=image, to=ImageState.TAKEN_OUT, by=actor, reason=in_english(reason.label))
    supersede_all(image)
    image_taken_out.send(sender=SmearImage, image=image, actor=actor)
    image.case.save(update_fields=["updated_at"])


def _number(actor: User, images: list[SmearImage]) -> bool:
    """Number the fields of a locked draft as they stand in `images`; whether any number changed."""
    moved = [(image, place) for place, image in enumerate(images, start=1) if image.ordinal != place]
    highest = max((image.ordinal for image in images), default=0)
    before = {image.pk: image.ordinal for image, _ in moved}
    # Twice, by way of numbers that nobody has: each is unique at every moment.
    for image, place in moved:
        image.ordinal = highest + place
        image.save(update_fields=["ordinal"])
    for image, place in moved:
        image.ordinal = place
        image.save(update_fields=["ordinal"])
        record(
            actor=actor,
            action=Action.UPDATE,
            target=image,
            before={"ordinal": before[image.pk]},
            after={"ordinal": place, "row": image_digest(image)},
            **scope_of(image),
        )
    return bool(moved)
