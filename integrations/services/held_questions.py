"""Questions that a message raises, answered by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from audit.models import Action
from audit.services import record
from cases.services.validation import given_reason
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from integrations.hl7.faults import FaultError
from integrations.models import Direction, Message, MessageState
from integrations.said import gettext_noop
from integrations.services.incoming import carry_out_once, write_outcome
from integrations.stored_sentences import in_words

if TYPE_CHECKING:
    from accounts.models import User

ANOTHER_PERSON = gettext_noop(
    "It is another person, so it was not carried out: tell whoever sent it that the number is taken here."
)


class HeldAnswer(models.TextChoices):
    """Whether a message and the record that its number finds are of one person."""

    SAME_PERSON = "same person", gettext_lazy("It is the same person")
    ANOTHER_PERSON = "another person", gettext_lazy("It is another person")


def answer_question(*, actor: User, message: Message, answer: str, reason: str) -> Message:
    """Carry out a held message because it is the same person, or refuse it because it is another.

    Its sender had its acknowledgement, so that a refusal has to be told by other means.

    Raises `NotFound`, `PermissionRefused` for anybody but administrators, `Unprocessable` without a reason or for an unknown answer, and `Conflict`: `state` where nothing
    is asked any more, `body_removed`, or `not_carried_out` with what stands against it.
    """
    if not Message.objects.visible_to(actor).filter(pk=message.pk).exists():
        raise NotFound
    if actor.role != Role.ADMINISTRATOR or actor.token_scopes is not None:
        raise PermissionRefused(_("Only administrators of the laboratory answer what a message asks."))
    if answer not in HeldAnswer.values:
        raise Unprocessable(_("Say whether it is the same person or another."), code="answer_missing")
    why = given_reason(reason)
    now = timezone.now()
    with transaction.atomic():
        stored = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
        if stored.direction != Direction.IN or stored.state != MessageState.HELD:
            raise Conflict(_("This message asks nothing any more. Look at it again."), code="state")
        if not stored.body:
            raise Conflict(_("The body of this message was removed after its period."), code="body_removed")
        if answer == HeldAnswer.SAME_PERSON:
            try:
                taken = carry_out_once(stored.connection, stored.content, is_confirmed=True, at=now)
            except FaultError as fault:
                raise Conflict(in_words(fault.sentence), code="not_carried_out") from fault
            write_outcome(stored, taken, now)
        else:
            stored.state, stored.sentence, stored.settled_at = MessageState.REFUSED, ANOTHER_PERSON, now
        stored.save()
        record(
            actor=actor,
            action=Action.UPDATE,
            target=stored,
            laboratory_id=stored.connection.laboratory_id,
            patient_id=stored.patient_id,
            reason=why,
            before={"state": str(MessageState.HELD)},
            after={"state": str(stored.state), "answer": str(answer)},
        )
    return stored
