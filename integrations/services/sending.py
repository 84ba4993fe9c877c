"""Sending: over one connection one message at a time, in order within each case, until it is acknowledged or a person has to act.

A receiver that is not there concerns the connection: nothing is sent before the next try. What a receiver says of one message
concerns that message, and the later ones of its case, which wait behind it.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from audit.models import Action
from audit.services import record
from integrations.hl7.outgoing import Outgoing
from integrations.models import (
    STUCK_STATES,
    WAITING_STATES,
    Attempt,
    AttemptOutcome,
    Connection,
    ConnectionKind,
    Message,
    MessageState,
)
from integrations.said import gettext_noop
from integrations.sending.links import link_of
from integrations.sending.retries import LONGEST, TRIES_BEFORE_DEATH, is_due, pause_after
from integrations.sending.told import ITS_ANSWER
from integrations.sending.webhook import GONE
from integrations.services.connections import switch_off_by_itself
from integrations.services.leases import Lease, free_at
from integrations.services.outbox import ask_to_send, is_behind, queue_events

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from integrations.models import MessageQuerySet
    from integrations.sending.told import Link, Told

log = structlog.get_logger(__name__)

TURN_SECONDS = 60.0
"""A worker sends so long over one connection, then others have their turn."""
_AT_ONCE = 100
_WHERE_SOMEBODY_IS = dt.timedelta(minutes=2)
_GONE = gettext_noop("The receiver answered 410: it wants to hear of nothing any more.")
GAVE_UP = gettext_noop("The receiver has not answered for %(hours)s hours.")
_A_SILENCE = 3
"""So many failures in a row are of the receiver; fewer may be of one message that it cannot take."""


def drain(
    connection_id: UUID,
    *,
    now: Callable[[], dt.datetime] = timezone.now,
    link_to: Callable[[Connection], Link] = link_of,
) -> int:
    """Make the messages of a connection and send what is due; returns how many were acknowledged.

    Nothing is sent where another worker does, or while it is paused, off, or waits for the next try.
    """
    connection = Connection.objects.get(pk=connection_id)
    queue_events(connection, now=now)
    if not _may_send(connection, now()):
        return 0
    lease = Lease(connection, now)
    if not lease.take():
        return 0
    try:
        _take_back_interrupted(connection, now())
        link = link_to(connection)
        try:
            return _send_all(connection, lease, link, now)
        finally:
            link.close()
    finally:
        lease.release()


def due_connections(now: dt.datetime) -> list[Connection]:
    """Return the connections for which there is something to make or to send, and which no worker has in hand."""
    found = Connection.objects.outgoing().in_use().filter(free_at(now)).prefetch_related("clinics")
    return [one for one in found if is_behind(one) or (_may_send(one, now) and _has_work(one, now))]


def _has_work(connection: Connection, now: dt.datetime) -> bool:
    interrupted = Message.objects.outgoing().filter(connection=connection, state=MessageState.SENDING)
    return interrupted.exists() or sendable(connection, now).exists()


def sendable(connection: Connection, now: dt.datetime) -> MessageQuerySet:
    """Return the messages that may be sent now: of every case the first, if nothing holds it back.

    Those that were tried less often come first, so that one which nobody answers does not stand in the way of others.
    """
    # Whoever hears by a webhook that something happened asks for it: one that was not told holds back no other.
    hold_back = WAITING_STATES if connection.kind == ConnectionKind.WEBHOOK else (*WAITING_STATES, *STUCK_STATES)
    unfinished = Message.objects.outgoing().filter(
        connection=OuterRef("connection"), case=OuterRef("case"), state__in=hold_back
    )
    before = unfinished.filter(
        Q(position__lt=OuterRef("position")) | Q(position=OuterRef("position"), pk__lt=OuterRef("pk"))
    )
    due = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now) | Q(next_try_at__gt=now + LONGEST)
    waiting = Message.objects.outgoing().filter(due, ~Exists(before), connection=connection, state=MessageState.QUEUED)
    return waiting.order_by("tries", "position", "pk")


def _may_send(connection: Connection, now: dt.datetime) -> bool:
    return connection.sends_at(now) and is_due(connection.retry_at, now)


def _take_back_interrupted(connection: Connection, now: dt.datetime) -> None:
    """Queue what a worker had in hand that died: the same bytes go again, under the same control id."""
    left = Message.objects.outgoing().filter(connection=connection, state=MessageState.SENDING)
    for message in left.only("pk", "tries", "state"):
        with transaction.atomic():
            if left.filter(pk=message.pk, tries=message.tries).update(state=MessageState.QUEUED):
                Attempt.objects.create(
                    message=message,
                    number=message.tries,
                    at=now,
                    outcome=AttemptOutcome.INTERRUPTED,
                    detail=gettext_noop("It was under way when the worker ended."),
                )


def _send_all(connection: Connection, lease: Lease, link: Link, now: Callable[[], dt.datetime]) -> int:
    began, acknowledged = time.monotonic(), 0
    while True:
        batch = list(sendable(connection, now()).values_list("pk", flat=True)[:_AT_ONCE])
        if not batch and not queue_events(connection, now=now):
            return acknowledged
        for pk in batch:
            if not lease.renew():
                return acknowledged
            version, connection = connection.version, Connection.objects.get(pk=connection.pk)
            if connection.version != version:
                # The link leads where it led before the change.
                ask_to_send(connection)
                return acknowledged
            if not _may_send(connection, now()):
                return acknowledged
            told = _try(connection, pk, link, now)
            acknowledged += int(told is not None and told.outcome == AttemptOutcome.ACKNOWLEDGED)
        if time.monotonic() - began > TURN_SECONDS:
            ask_to_send(connection)
            return acknowledged


def _try(connection: Connection, pk: int, link: Link, now: Callable[[], dt.datetime]) -> Told | None:
    """Make one attempt with a message; None where it is no longer waiting."""
    claimed = Message.objects.filter(pk=pk, state=MessageState.QUEUED).update(
        state=MessageState.SENDING, tries=F("tries") + 1
    )
    if not claimed:
        return None
    message = Message.objects.select_related("case", "order").get(pk=pk)
    started, began = now(), time.monotonic()
    told = link.send(Outgoing(message.control_id, message.content))
    took = int((time.monotonic() - began) * 1000)
    _note(connection, message, told, at=started, now=now(), milliseconds=took)
    log.info(
        "message_tried",
        connection_id=str(connection.pk),
        message_id=str(message.message_id),
        attempt=message.tries,
        outcome=str(told.outcome),
        milliseconds=took,
    )
    return told


def _note(
    connection: Connection, message: Message, told: Told, *, at: dt.datetime, now: dt.datetime, milliseconds: int
) -> None:
    """Write how an attempt ended, and what becomes of the message and of the connection."""
    changes, outcome = _changes(message, told, now)
    with transaction.atomic():
        # The number of the attempt is the proof: a worker that was taken for dead does not write over its successor.
        mine = Message.objects.filter(pk=message.pk, state=MessageState.SENDING, tries=message.tries)
        if not mine.update(**changes):
            return
        Attempt.objects.create(
            message=message,
            number=message.tries,
            at=at,
            outcome=outcome,
            detail=told.detail[:300],
            answer_code=told.code,
            milliseconds=milliseconds,
        )
        if told.concerns_the_connection:
            _note_failure(connection, told, now)
        elif connection.failures:
            _note_recovery(connection)
        if outcome == AttemptOutcome.ACKNOWLEDGED:
            _record_disclosure(connection, message)
        if connection.kind == ConnectionKind.WEBHOOK and told.code == GONE:
            switch_off_by_itself(connection, _GONE)


def _changes(message: Message, told: Told, now: dt.datetime) -> tuple[dict[str, object], AttemptOutcome]:
    """What an attempt makes of its message, and what it is noted as."""
    ended = {"settled_at": now, "next_try_at": None, "answer_code": told.code, "answer": told.answer.decode("latin-1")}
    if told.outcome == AttemptOutcome.ACKNOWLEDGED:
        return {**ended, "state": MessageState.ACKNOWLEDGED, "sentence": ""}, told.outcome
    tries = message.tries
    if told.patience:
        tries = 1 + message.attempts.filter(outcome=AttemptOutcome.FAILED, answer_code=told.code).count()
    if told.outcome == AttemptOutcome.REFUSED or (told.patience and tries >= told.patience):
        sentence = ITS_ANSWER % {"said": told.detail, "code": told.code}
        return {**ended, "state": MessageState.REFUSED, "sentence": sentence}, AttemptOutcome.REFUSED
    if told.concerns_the_connection and message.tries >= TRIES_BEFORE_DEATH and _first_try(message) <= now - patience():
        return {**ended, "state": MessageState.DEAD, "sentence": _gave_up()}, told.outcome
    # A receiver that is not there has said nothing of this message.
    wait = None if told.outcome == AttemptOutcome.NO_CONNECTION else now + pause_after(tries)
    return {"state": MessageState.QUEUED, "next_try_at": wait, "answer_code": told.code}, told.outcome


def patience() -> dt.timedelta:
    """How long a message waits for a receiver that does not answer before it is given up."""
    return dt.timedelta(hours=settings.LIS_DEAD_HOURS)


def _gave_up() -> str:
    return GAVE_UP % {"hours": settings.LIS_DEAD_HOURS}


def _first_try(message: Message) -> dt.datetime:
    first = message.attempts.order_by("number").values_list("at", flat=True).first()
    return first or timezone.now()


def _note_failure(connection: Connection, told: Told, now: dt.datetime) -> None:
    """Wait longer with every failure in a row, and give up what has waited for all of its patience."""
    failures = connection.failures + 1
    since = min(connection.failing_since or now, now)
    pause = pause_after(failures)
    if told.outcome != AttemptOutcome.NO_CONNECTION:
        # Somebody is there: it may be this message alone, which waits for its own pause, and the next one has its chance.
        pause = min(pause, _WHERE_SOMEBODY_IS)
    Connection.objects.filter(pk=connection.pk).update(failures=failures, failing_since=since, retry_at=now + pause)
    if failures >= TRIES_BEFORE_DEATH and since <= now - patience():
        waiting = Message.objects.outgoing().filter(
            connection=connection, state=MessageState.QUEUED, created_at__lte=now - patience()
        )
        waiting.update(state=MessageState.DEAD, sentence=_gave_up(), settled_at=now, next_try_at=None)
        if connection.kind == ConnectionKind.WEBHOOK:
            switch_off_by_itself(connection, _gave_up())


def _note_recovery(connection: Connection) -> None:
    """The receiver is there again: after a long silence what waited because of it goes at once."""
    Connection.objects.filter(pk=connection.pk).update(failures=0, failing_since=None, retry_at=None)
    if connection.failures >= _A_SILENCE:
        silent = Message.objects.outgoing().filter(connection=connection, state=MessageState.QUEUED)
        silent.filter(tries__gt=0, answer_code="").update(next_try_at=None)


def _record_disclosure(connection: Connection, message: Message) -> None:
    """Another system has now what the message says of a patient."""
    record(
        actor=None,
        action=Action.SEND,
        target=message,
        patient_id=message.patient_id,
        laboratory_id=connection.laboratory_id,
        after={
            "connection": str(connection.pk),
            "control_id": message.control_id,
            "report": str(message.report_id or ""),
            "sha256": message.sha256,
        },
    )
