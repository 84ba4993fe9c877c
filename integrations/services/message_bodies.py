"""What messages hold of patients: written anew under another key, and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hematovision.chunks import in_chunks
from integrations.models import (
    DELIVERED_STATES,
    STUCK_STATES,
    WAITING_STATES,
    Connection,
    Direction,
    Message,
    MessageState,
)
from integrations.services.building import DESTROYED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from cases.models import Patient
    from integrations.models import MessageQuerySet


def bodies_before(moment: dt.datetime) -> MessageQuerySet:
    """Return the messages from before a moment that nobody needs the body of: neither the sender nor a person who has to act."""
    ended = Q(state__in=[*DELIVERED_STATES, MessageState.SUPERSEDED, MessageState.PROCESSED])
    # What was stored and never carried out, its sender sent again or gave up: after so long nobody waits for it.
    ended |= Q(direction=Direction.IN, state__in=[MessageState.REFUSED, MessageState.RECEIVED])
    return Message.objects.filter(ended, created_at__lt=moment, body_removed_at__isnull=True)


def remove_bodies(messages: MessageQuerySet) -> int:
    """Empty body and answer of messages; returns how many. Row, SHA-256 and size stay.

    So do the facts that later versions need: which numbers the receiver knows the patient by. A report may be corrected as
    long as it is kept, and a withdrawal for a wrong patient has to go where the results lie.
    """
    # The hashes stay in the rows, and what was emptied says so.
    return messages.update(body="", answer="", body_removed_at=timezone.now())


def forget_patient(patients: Iterable[Patient]) -> int:
    """Empty everything that messages hold of pseudonymised patients; returns of how many. What still waited is not sent.

    Called in the transaction of the pseudonymisation.
    """
    now = timezone.now()
    found = Message.objects.filter(patient__in=patients)
    unfinished = found.filter(state__in=[*WAITING_STATES, *STUCK_STATES, MessageState.RECEIVED])
    unfinished.update(state=MessageState.SUPERSEDED, sentence=DESTROYED, settled_at=now, next_try_at=None)
    number = found.update(facts="")
    found.filter(body_removed_at__isnull=True).update(body="", answer="", body_removed_at=now)
    return number


def rotate_messages() -> int:
    """Encrypt what messages hold under the field key that is first now; returns how many there are."""
    number = 0
    for row in in_chunks(Message.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            message = Message.objects.select_for_update(no_key=True).get(pk=row.pk)
            message.save(update_fields=["body", "facts", "answer"])
        number += 1
    return number


def rotate_connections() -> int:
    """Encrypt keys and secrets of connections likewise; returns how many there are."""
    number = 0
    for row in in_chunks(Connection.objects.only("pk"), by=("pk",), size=500):
        with transaction.atomic():
            connection = Connection.objects.select_for_update(no_key=True).get(pk=row.pk)
            connection.save(update_fields=["tls_key", "secret", "former_secret"])
        number += 1
    return number
