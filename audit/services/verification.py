"""Walk the chain and find where it was broken; compare it with the signed checkpoints outside the database."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from audit import chain
from audit.checkpoints import Checkpoint
from audit.models import AuditEvent, ChainHead
from audit.services.checkpoint_files import checkpoints_on_file
from audit.triggers import missing_triggers


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the audit trail is not what was written."""

    position: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of one walk: how many events hold, and the first break if there is one.

    `checkpoints` are the signed ones the walk was compared with, oldest first.
    """

    checked: int
    head: str
    first_break: Break | None
    checkpoints: tuple[Checkpoint, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether every event is as it was written and the audit trail still refuses changes."""
        return self.first_break is None


def verify_chain() -> Verification:
    """Recompute every hash from the first event to the last, compare the end with the head row, and both with the
    checkpoints on file.
    """
    seen = checkpoints_on_file()
    known = tuple(seen.good)
    at_position: dict[int, list[Checkpoint]] = {}
    for checkpoint in known:
        at_position.setdefault(checkpoint.position, []).append(checkpoint)
    previous = chain.FIRST_PREVIOUS_HASH
    position = 0
    for event in AuditEvent.objects.order_by("id").iterator(chunk_size=2000):
        found = _fault(event, position + 1, previous) or _rewritten(event, at_position.get(event.pk, []))
        if found is not None:
            return Verification(position, previous, found, known)
        position, previous = event.pk, event.hash
    end = _fault_at_end(position, previous) or _cut(position, known)
    if end is None and seen.fault:
        end = Break(position, seen.fault)
    return Verification(position, previous, end, known)


def _fault(event: AuditEvent, expected: int, previous: str) -> Break | None:
    if event.pk != expected:
        return Break(expected, f"Event {expected} is missing: the next one present is {event.pk}.")
    if event.previous_hash != previous:
        return Break(event.pk, f"Event {event.pk} does not follow the event before it.")
    if chain.digest(event) != event.hash:
        return Break(event.pk, f"Event {event.pk} was changed after it was written.")
    return None


def _rewritten(event: AuditEvent, seen: list[Checkpoint]) -> Break | None:
    """Return the break when a checkpoint saw another event here: the chain was written anew."""
    for checkpoint in seen:
        if checkpoint.head != event.hash:
            return Break(
                event.pk, f"Event {event.pk} is not the one that the checkpoint of {checkpoint.moment:%Y-%m-%d} saw."
            )
    return None


def _cut(position: int, seen: tuple[Checkpoint, ...]) -> Break | None:
    """Return the break when a checkpoint saw more events than there are."""
    for checkpoint in seen:
        if checkpoint.position > position:
            return Break(
                position + 1,
                f"The audit trail ends at event {position}, but the checkpoint of {checkpoint.moment:%Y-%m-%d} "
                f"saw {checkpoint.position}.",
            )
    return None


def _fault_at_end(position: int, last_hash: str) -> Break | None:
    head = ChainHead.objects.filter(pk=ChainHead.THE_ONE).first()
    written, written_hash = (head.position, head.hash) if head else (0, "")
    if written != position:
        return Break(position + 1, f"The chain ends at event {position}, but {written} were written.")
    if written_hash != last_hash:
        return Break(position, f"The head of the chain does not match event {position}.")
    missing = missing_triggers(connection, AuditEvent._meta.db_table)
    if missing:
        return Break(position, f"The database no longer refuses changes: {', '.join(missing)} missing.")
    return None
