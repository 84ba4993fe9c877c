"""Messages over a connection, as rows: for tests that show them."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone

from integrations.models import Attempt, AttemptOutcome, Connection, ConnectionKind, Direction, Message, MessageState

ORU = (
    b"MSH|^~\\&|HV|LAB|LIS|HOSPITAL|20261128103000+0100||ORU^R01^ORU_R01|%(id)s|P|2.5.1||||||UNICODE UTF-8\r"
    b"PID|1||MRN-7001^^^RIVERSIDE^MR||Okonkwo^Adaeze^^^^^L||19800229|F\r"
    b"ORC|RE|PLACER77^LIS|A-26-0815^HV\r"
    b"OBR|1|PLACER77^LIS|A-26-0815^HV|24318-8^Differential panel^LN|||||||||||||||||||||%(status)s\r"
    b"OBX|1|NM|26511-6^Neutrophils/Leukocytes in Blood^LN||%(value)s|%%^^UCUM|40-75||||%(status)s\r"
    b"NTE|1|L|30 of 100 cells\r"
)


def oru(control_id: str, *, value: str = "30", status: str = "F") -> bytes:
    """A short result message with one result."""
    return ORU % {b"id": control_id.encode(), b"value": value.encode(), b"status": status.encode()}


def a_message(connection: Connection, content: bytes | None = None, **columns: Any) -> Message:
    """A message; outgoing ones wait, incoming ones are processed, where nothing else is said."""
    is_in = connection.kind == ConnectionKind.MLLP_IN
    control_id = columns.pop("control_id", "m-1")
    found = oru(control_id) if content is None else content
    state = columns.setdefault("state", MessageState.PROCESSED if is_in else MessageState.QUEUED)
    if state in {MessageState.HELD, MessageState.REFUSED, MessageState.DEAD}:
        columns.setdefault("sentence", "The mapping has no code for monocyte, percent. Add a row, then send again.")
    if state in {MessageState.ACKNOWLEDGED, MessageState.PROCESSED}:
        columns.setdefault("settled_at", timezone.now())
    message = Message(
        connection=connection,
        direction=Direction.IN if is_in else Direction.OUT,
        control_id=control_id,
        sha256=hashlib.sha256(found).hexdigest(),
        size=len(found),
        **{"kind": "OML^O33" if is_in else "ORU^R01", **columns},
    )
    message.content = found
    message.save(force_insert=True)
    return message


def an_attempt(message: Message, number: int = 1, outcome: str = AttemptOutcome.NO_ANSWER, **columns: Any) -> Attempt:
    """One attempt to deliver a message."""
    return Attempt.objects.create(message=message, number=number, outcome=outcome, **columns)
