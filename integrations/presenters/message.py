"""A message as its page shows it: fields with their names, or lines, and what is other than in the version before."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from audit.models import Action, AuditEvent
from integrations.hl7.anatomy import Change, changes, segments_of, text_of
from integrations.models import STUCK_STATES, WAITING_STATES, ConnectionKind, Message, MessageState

if TYPE_CHECKING:
    from integrations.hl7.anatomy import SegmentShown

MOST_SHOWN = 40_000
"""Letters of a body that a page shows: what is longer is a document inside, and is downloaded."""
_MOST_LINES = 400


def shown(message: Message) -> dict[str, Any]:
    """Return the body of a message and its answer as `segments`, `text`, `is_cut`, `answer_segments`, `answer_text`."""
    text = _lines_of(message.content)
    return {
        "segments": segments_of(message.content),
        "text": text[:MOST_SHOWN],
        "is_cut": len(text) > MOST_SHOWN,
        "answer_segments": segments_of(message.answer_content),
        "answer_text": _lines_of(message.answer_content)[:MOST_SHOWN],
    }


def version_before(message: Message) -> Message | None:
    """Return the message that said the same case over the same connection before this one; None for the first."""
    if message.case_id is None or not message.body:
        return None
    earlier = Message.objects.filter(connection=message.connection_id, case=message.case_id, id__lt=message.pk)
    same = earlier.filter(direction=message.direction, kind=message.kind, body_removed_at=None)
    return same.exclude(size=0).order_by("-id").first()


def waits_behind(message: Message) -> Message | None:
    """Return the earlier message of the case that has to go before this one; None where nothing is before it.

    A webhook waits behind nothing: whoever hears of it asks for what there is.
    """
    if message.state != MessageState.QUEUED or message.connection.kind == ConnectionKind.WEBHOOK:
        return None
    unfinished = Message.objects.outgoing().filter(
        connection=message.connection_id, case=message.case_id, state__in=[*WAITING_STATES, *STUCK_STATES]
    )
    earlier = Q(position__lt=message.position) | Q(position=message.position, pk__lt=message.pk)
    return unfinished.filter(earlier).order_by("position", "pk").first()


def said_by_a_person(message: Message) -> AuditEvent | None:
    """Return who settled a message and why: it was handled by phone, or its question was answered."""
    events = AuditEvent.objects.filter(object_id=str(message.pk), object_type=Message._meta.label_lower)
    return events.filter(action=Action.UPDATE).exclude(reason="").order_by("-id").first()


def told_otherwise(message: Message, before: Message, segments: list[SegmentShown]) -> dict[str, Any]:
    """Return what a message says otherwise than the one before: `changes` field by field, or `lines` where it has no fields."""
    if segments:
        found: list[Change] = changes(segments_of(before.content), segments)
        return {"changes": found}
    older, newer = (_lines_of(one.content).splitlines() for one in (before, message))
    lines = difflib.unified_diff(older, newer, lineterm="", n=1)
    return {"lines": [line for line in lines if not line.startswith(("---", "+++"))][:_MOST_LINES]}


def _lines_of(content: bytes) -> str:
    """The body in lines: a segment each, or JSON written out."""
    if content[:1] == b"{":
        try:
            return json.dumps(json.loads(content), ensure_ascii=False, indent=2)
        except ValueError:
            return content.decode("utf-8", "replace")
    return text_of(content).replace("\r\n", "\n").replace("\r", "\n")
