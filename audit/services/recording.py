"""Append events to the chain."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone

from audit import chain, context
from audit.models import AuditEvent, ChainHead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

# What a transaction of `events_last` has recorded so far, each with its mark.
_held: ContextVar[list[tuple[AuditEvent, Callable[[], None]]] | None] = ContextVar("held_events", default=None)


def record(
    *,
    actor: Any,
    action: str,
    target: models.Model | None = None,
    object_type: str = "",
    object_id: str = "",
    patient_id: uuid.UUID | str | None = None,
    laboratory_id: uuid.UUID | str | None = None,
    outcome: str = "success",
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write that `actor` (a user, or None for the system) did `action`.

    `target` gives object type and id, and, where it has them, patient and laboratory. Without a target's
    laboratory the actor's is used, so that every event of a laboratory's people is in its audit trail.
    `before` and `after` hold changed values; of identifying fields only the names, never the contents.

    The head of the chain stays locked until the surrounding transaction ends: call this last in a service, and
    never before slow work, or inside `events_last`, where the event has no number before the block ends. An event of a
    transaction that rolls back goes with it; record a refusal outside.
    """
    who = actor if getattr(actor, "is_authenticated", False) else None
    where = context.current()
    event = AuditEvent(
        actor_id=_uuid(who.pk) if who is not None else None,
        actor_name=_fit("actor_name", getattr(who, "full_name", "") or str(who)) if who is not None else "",
        actor_role=_fit("actor_role", getattr(who, "role", "") or "") if who is not None else "system",
        organisation=_fit("organisation", _slug(getattr(who, "organisation", None))),
        laboratory_id=_uuid(laboratory_id) or _laboratory(target) or _laboratory(who),
        request_id=_fit("request_id", where.request_id),
        ip=where.ip,
        session=where.session,
        token=_fit("token", where.token),
        action=str(action),
        object_type=_fit("object_type", object_type or (target._meta.label_lower if target else "")),
        object_id=_fit("object_id", object_id or (str(target.pk) if target else "")),
        patient_id=_uuid(patient_id) or _patient(target),
        outcome=str(outcome),
        reason=_fit("reason", reason),
        before=None if before is None else chain.plain(dict(before)),
        after=None if after is None else chain.plain(dict(after)),
    )
    held = _held.get()
    if held is None:
        with transaction.atomic():
            _append([event])
    else:
        mark = _mark()
        transaction.on_commit(mark)
        held.append((event, mark))
    return event


@contextmanager
def events_last() -> Iterator[None]:
    """A transaction whose events are appended at its end, in the order in which they were recorded.

    For long ones that call services which record: the head of the chain is then locked while they are appended, not from the
    first of them on, and everybody else writes meanwhile. The events are of the same transaction as what they tell of: all
    of it is written, or nothing. One inside another is part of it.
    """
    with transaction.atomic():
        if _held.get() is not None:
            yield
            return
        held: list[tuple[AuditEvent, Callable[[], None]]] = []
        token = _held.set(held)
        try:
            yield
        finally:
            _held.reset(token)
        # Django forgets what waits for the commit when a savepoint is rolled back: the event goes with what it tells of.
        kept = {id(waiting) for _, waiting, _ in transaction.get_connection().run_on_commit}
        _append([event for event, mark in held if id(mark) in kept])


def _mark() -> Callable[[], None]:
    """A function of its own that does nothing, by which a rolled-back savepoint is noticed."""
    return lambda: None


def _append(events: Sequence[AuditEvent]) -> None:
    """Number, hash and write the events as the next links; call it in a transaction."""
    if not events:
        return
    head = _lock_head()
    for event in events:
        event.id, event.at, event.previous_hash = head.position + 1, timezone.now(), head.hash
        event.hash = chain.digest(event)
        event.clean_fields(exclude=["id", "previous_hash"])
        event.save()
        head.position, head.hash = event.pk, event.hash
    head.save(update_fields=["position", "hash"])


def _lock_head() -> ChainHead:
    """The one head row, locked until the transaction ends (SQLite locks by its IMMEDIATE transaction)."""
    return ChainHead.objects.select_for_update().get_or_create(pk=ChainHead.THE_ONE)[0]


def _fit(field: str, value: str) -> str:
    """Cut `value` to the column's length: a long reason must not stop the act from being recorded."""
    column: Any = AuditEvent._meta.get_field(field)
    return chain.text(str(value))[: column.max_length]


def _uuid(value: Any) -> uuid.UUID | None:
    if value is None or isinstance(value, uuid.UUID):
        return value
    return uuid.UUID(str(value))


def _slug(organisation: Any) -> str:
    return getattr(organisation, "slug", "") or ""


def _laboratory(thing: Any) -> uuid.UUID | None:
    """The laboratory a user or a record belongs to, looked for without importing either."""
    own = getattr(thing, "laboratory_id", None)
    if own is not None:
        return _uuid(own)
    return _uuid(getattr(getattr(thing, "laboratory", None), "pk", None))


def _patient(target: models.Model | None) -> uuid.UUID | None:
    if target is None:
        return None
    if target._meta.label_lower == "cases.patient":
        return _uuid(target.pk)
    return _uuid(getattr(target, "patient_id", None))
