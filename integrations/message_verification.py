"""Whether messages are what was sent, their states what was answered, and whether every signed version has its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from audit.models import Action
from audit.selectors import missing_records, said_about
from cases.crypto import UndecryptableValueError
from hematovision.chunks import chunks_of, in_chunks
from hematovision.verifications import Finding
from integrations.models import (
    Attempt,
    AttemptOutcome,
    Connection,
    Direction,
    FeedEvent,
    FeedHead,
    Message,
    MessageState,
)
from integrations.wanted import REPORT_EVENTS, wanted_types
from reports.canonical import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE = Message._meta.label_lower
_ANSWERED = {
    MessageState.ACKNOWLEDGED: AttemptOutcome.ACKNOWLEDGED,
    MessageState.REFUSED: AttemptOutcome.REFUSED,
}
"""States that an outgoing message comes to by an answer, and the attempt that shows it."""


def check_messages() -> Iterator[Finding]:
    """Every body is the one that was made or came, every state has its reason, and nothing that was signed was left out."""
    yield from _bodies()
    yield from _states()
    yield from _deliveries()
    yield from _left_out()


def _bodies() -> Iterator[Finding]:
    for row in in_chunks(Message.objects.only("pk"), by=("pk",)):
        try:
            message = Message.objects.select_related("patient__pseudonymisation").get(pk=row.pk)
        except UndecryptableValueError:
            yield Finding(MESSAGE, str(row.pk), "What it holds does not open under any key.")
            continue
        content = message.content
        if message.body_removed_at is None:
            if sha256(content) != message.sha256 or len(content) != message.size:
                yield Finding(MESSAGE, str(message.pk), "Its body is not the one that was made or came.")
        elif content or message.answer:
            yield Finding(MESSAGE, str(message.pk), "Its body was removed, the row says, and is still there.")
        if message.patient is not None and hasattr(message.patient, "pseudonymisation") and (content or message.facts):
            yield Finding(MESSAGE, str(message.pk), "Its patient was pseudonymised, and it still tells of them.")


def _states() -> Iterator[Finding]:
    for state, outcome in _ANSWERED.items():
        shown = Attempt.objects.filter(message=OuterRef("pk"), outcome=outcome)
        rows = Message.objects.filter(~Exists(shown), direction=Direction.OUT, state=state)
        for message in in_chunks(rows.only("pk"), by=("pk",)):
            yield Finding(MESSAGE, str(message.pk), f"It is {state}, and no attempt ended so.")
    arrived = Attempt.objects.filter(message=OuterRef("pk"), outcome=AttemptOutcome.ACKNOWLEDGED)
    others = Message.objects.filter(Exists(arrived), direction=Direction.OUT).exclude(state=MessageState.ACKNOWLEDGED)
    for message in in_chunks(others.only("pk", "state"), by=("pk",)):
        yield Finding(MESSAGE, str(message.pk), f"It was acknowledged, and is {message.state}.")
    handled = Message.objects.filter(direction=Direction.OUT, state=MessageState.HANDLED).only("pk")
    for rows_ in chunks_of(handled, by=("pk",)):
        said = said_about(MESSAGE, [str(row.pk) for row in rows_])
        for row in rows_:
            if not any(after.get("state") == MessageState.HANDLED for after in said.get(str(row.pk), [])):
                yield Finding(MESSAGE, str(row.pk), "It is handled, and the audit trail does not know by whom.")


def _deliveries() -> Iterator[Finding]:
    """Everything that another system has, the audit trail says, is there as it went."""
    for pk in missing_records(Message, action=Action.SEND):
        yield Finding(MESSAGE, pk, "It was sent, the audit trail says, and is no longer in the record.")
    delivered = Message.objects.filter(direction=Direction.OUT, state=MessageState.ACKNOWLEDGED).only("pk", "sha256")
    for rows in chunks_of(delivered, by=("pk",)):
        said = said_about(MESSAGE, [str(row.pk) for row in rows])
        for row in rows:
            sent = [after["sha256"] for after in said.get(str(row.pk), []) if "sha256" in after]
            if sent != [row.sha256]:
                yield Finding(MESSAGE, str(row.pk), "It is not what was delivered, the audit trail says.")


def _left_out() -> Iterator[Finding]:
    """Signed versions since a connection began, or since its settings were last saved: which clinics it was for before is not kept."""
    head = FeedHead.objects.filter(pk=FeedHead.THE_ONE).values_list("position", flat=True).first() or 0
    for connection in Connection.objects.carrying_results().prefetch_related("clinics"):
        if connection.queued_to > head:
            yield Finding(Connection._meta.label_lower, str(connection.pk), "It was served beyond the end of the feed.")
        has = Message.objects.outgoing().filter(connection=connection, event=OuterRef("pk"))
        events = FeedEvent.objects.filter(
            ~Exists(has),
            laboratory=connection.laboratory_id,
            position__gt=connection.queued_from,
            position__lte=connection.queued_to,
            created_at__gte=connection.saved_at,
            type__in=REPORT_EVENTS & wanted_types(connection),
        )
        clinics = [place.pk for place in connection.clinics.all()]
        for event in events.filter(clinic__in=clinics) if clinics else events:
            yield Finding(
                Connection._meta.label_lower,
                str(connection.pk),
                f"No message was made of version {event.report_id}, which was signed since it is on.",
            )
