"""From the feed to messages: what happened becomes a message for every connection that wants to know, once.

A message and the position up to which a connection was served are written in one transaction, so that nothing is made twice and
nothing left out. What cannot be built without a guess is a message too: held, with a sentence for a person.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.models import PatientRestriction
from hematovision.celery import hint
from integrations.hl7.faults import HeldMessageError
from integrations.models import (
    WAITING_STATES,
    Connection,
    ConnectionKind,
    ConnectionState,
    Direction,
    FeedEvent,
    FeedHead,
    Message,
    MessageState,
)
from integrations.said import gettext_noop
from integrations.services.building import (
    BUNDLE,
    ORU,
    Built,
    DestroyedError,
    Subject,
    build,
)
from integrations.services.kicks import SEND
from integrations.wanted import IN_WORK_EVENTS, wanted_types
from reports.canonical import sha256

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from integrations.models import FeedEventQuerySet

ANOTHER_CLINIC = gettext_noop(
    "Its clinic was taken out of this connection. Put it back, then send again, or mark it as handled."
)
_ALL = (
    "case__laboratory", "case__patient__organisation", "case__clinic", "order__laboratory", "order__patient__organisation",
    "report__key", "report__signature", "report__case__laboratory",
)  # fmt: skip


def begin_at_present(connection: Connection) -> None:
    """Have a connection told of what happens from now on, and of nothing before; call it in the transaction that switches it on."""
    head = FeedHead.objects.filter(pk=FeedHead.THE_ONE).values_list("position", flat=True).first() or 0
    connection.queued_from = connection.queued_to = head
    connection.save(update_fields=["queued_from", "queued_to"])


def queue_events(connection: Connection, *, now: Callable[[], dt.datetime] = timezone.now) -> int:
    """Make the messages for everything that happened since a connection was last served; returns how many.

    None while it is off. Two workers at once make them once.
    """
    made = 0
    while True:
        stored = (
            Connection.objects.select_related("laboratory", "mapping").prefetch_related("clinics").get(pk=connection.pk)
        )
        if stored.state == ConnectionState.OFF or not wanted_types(stored):
            return made
        # Before the events are asked for: what gets its number meanwhile is for the next turn.
        head = FeedHead.objects.filter(pk=FeedHead.THE_ONE).values_list("position", flat=True).first() or 0
        event = _wanted(stored, head).select_related(*_ALL).first()
        if event is None:
            if stored.queued_to < head:
                Connection.objects.filter(pk=stored.pk, queued_to=stored.queued_to).update(queued_to=head)
            return made
        made += _queue(stored, event, now())


def hold_for_other_clinics(connection: Connection) -> int:
    """Hold what waits of clinics that a connection is not for any more; returns how many. Call it in the transaction of the change.

    The receiver is not to have it; that it was owed it once is for a person to think of.
    """
    clinics = [place.pk for place in connection.clinics.all()]
    if not clinics:
        return 0
    of_a_case = Q(case__isnull=False) & ~Q(case__clinic__in=clinics)
    of_none = Q(case__isnull=True, event__isnull=False) & ~Q(event__clinic__in=clinics)
    waiting = Message.objects.outgoing().filter(of_a_case | of_none, connection=connection, state__in=WAITING_STATES)
    return waiting.update(state=MessageState.HELD, sentence=ANOTHER_CLINIC, settled_at=timezone.now(), next_try_at=None)


def is_behind(connection: Connection) -> bool:
    """Whether something happened that a connection has no message of yet; `clinics` are read."""
    head = FeedHead.objects.filter(pk=FeedHead.THE_ONE).values_list("position", flat=True).first() or 0
    return connection.queued_to < head and _wanted(connection, head).exists()


def _wanted(connection: Connection, head: int) -> FeedEventQuerySet:
    found = FeedEvent.objects.numbered().filter(
        laboratory=connection.laboratory_id,
        position__gt=connection.queued_to,
        position__lte=head,
        type__in=wanted_types(connection),
    )
    clinics = [place.pk for place in connection.clinics.all()]
    return found.filter(clinic__in=clinics) if clinics else found


def _queue(connection: Connection, event: FeedEvent, at: dt.datetime) -> int:
    """Write the message of one event; nothing where another worker was faster, or there is nothing to tell."""
    subject = Subject.of_event(event)
    is_left_out = _was_told(connection, subject) or _is_hidden(connection, subject)
    message = None if is_left_out else make_message(connection, subject, at=at)
    with transaction.atomic():
        stored = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        if stored.queued_to != connection.queued_to or stored.state == ConnectionState.OFF:
            return 0
        if message is not None:
            message.save(force_insert=True)
        stored.queued_to = subject.position
        stored.save(update_fields=["queued_to"])
    return int(message is not None)


def _is_hidden(connection: Connection, subject: Subject) -> bool:
    """Webhooks tell what the feed tells: nothing of a restricted patient."""
    if connection.kind != ConnectionKind.WEBHOOK:
        return False
    return PatientRestriction.objects.in_force().filter(patient=subject.patient_id).exists()


def _was_told(connection: Connection, subject: Subject) -> bool:
    """That a case is in work is told once by a result message, however often it comes back."""
    if subject.kind not in IN_WORK_EVENTS or connection.kind == ConnectionKind.WEBHOOK:
        return False
    told = Message.objects.outgoing().filter(connection=connection, case=subject.case)
    return told.filter(Q(report__isnull=False) | Q(event__type__in=IN_WORK_EVENTS)).exists()


def make_message(
    connection: Connection, subject: Subject, *, at: dt.datetime, replay_of: Message | None = None
) -> Message:
    """Return the message for a subject, not saved: queued, or held with the sentence that says what is missing.

    The bytes are made here, once. It repeats none of those that were made of the same subject: their control ids are taken.
    """
    identity = subject.identity_over(connection)
    same = Q(control_id=identity) | Q(control_id__startswith=f"{identity}-r")
    about = {"case": subject.case} if subject.case is not None else {"order": subject.order}
    replay = Message.objects.outgoing().filter(same, connection=connection, **about).count()
    message = Message(
        connection=connection,
        direction=Direction.OUT,
        kind=_kind(connection, subject),
        position=subject.position,
        event=subject.event,
        order=subject.order,
        case=subject.case,
        patient_id=subject.patient_id,
        report=subject.report,
        replay_of=replay_of,
        created_at=at,
    )
    try:
        built = build(connection, subject, at=at, replay=replay)
    except HeldMessageError as held:
        message.state, message.sentence, message.settled_at = MessageState.HELD, str(held)[:500], at
        built = None
    except DestroyedError as destroyed:
        message.state, message.sentence, message.settled_at = MessageState.SUPERSEDED, str(destroyed), at
        built = None
    else:
        message.state = MessageState.QUEUED
    _fill(message, built)
    return message


def _kind(connection: Connection, subject: Subject) -> str:
    if connection.kind == ConnectionKind.WEBHOOK:
        return subject.kind
    return BUNDLE if connection.kind == ConnectionKind.FHIR_PUSH else ORU


def _fill(message: Message, built: Built | None) -> None:
    content = built.outgoing.content if built is not None else b""
    message.content, message.size, message.sha256 = content, len(content), sha256(content)
    if built is not None:
        message.control_id = built.outgoing.control_id
        message.mapping_version = built.mapping_version
        message.facts = json.dumps(built.facts) if built.facts else ""


def ask_to_send(connection: Connection) -> None:
    """Have a worker send over a connection what waits, once the present transaction holds."""
    transaction.on_commit(lambda: hint(SEND, connection.pk), robust=True)
