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
    """Result of one walk: where it began and ended, how many events hold, and the first break if there is one.

    `since` is the position that a checkpoint vouches for, 0 when the whole chain was walked; `checkpoints` are the signed
    ones the walk was compared with, oldest first.
    """

    since: int
    position: int
    head: str
    first_break: Break | None
    checkpoints: tuple[Checkpoint, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether every event is as it was written and the audit trail still refuses changes."""
        return self.first_break is None

    @property
    def checked(self) -> int:
        """How many events were recomputed."""
        return self.position - self.since


def verify_chain(*, whole: bool = True) -> Verification:
    """Recompute the hashes up to the end that the head row names, and compare them with the checkpoints on file.

    With `whole` from the first event on, else from the last checkpoint, which was written over a chain that held: what is
    new costs the same however long the chain has grown. Checkpoints and head are read first and the walk ends at that
    head, so that events which arrive meanwhile are no break.
    """
    seen = checkpoints_on_file()
    known = tuple(seen.good)
    head = _head()
    start = None if whole or seen.fault or not known else known[-1]
    since, previous = (start.position, start.head) if start else (0, chain.FIRST_PREVIOUS_HASH)
    rewritten = _rewritten(known) or _cut(known)
    if rewritten is not None and start is not None:
        return Verification(since, since, previous, rewritten, known)
    end = head.position or _newest_position()
    position = since
    for event in AuditEvent.objects.filter(pk__gt=since, pk__lte=end).order_by("id").iterator(chunk_size=2000):
        found = _fault(event, position + 1, previous)
        if found is not None:
            return Verification(since, position, previous, _first(found, rewritten), known)
        position, previous = event.pk, event.hash
    broken = rewritten or _fault_at_end(head, position, previous)
    if broken is None and seen.fault:
        broken = Break(position, seen.fault)
    return Verification(since, position, previous, broken, known)


def _first(one: Break, other: Break | None) -> Break:
    return one if other is None or one.position <= other.position else other


def _fault(event: AuditEvent, expected: int, previous: str) -> Break | None:
    if event.pk != expected:
        return Break(expected, f"Event {expected} is missing: the next one present is {event.pk}.")
    if event.previous_hash != previous:
        return Break(event.pk, f"Event {event.pk} does not follow the event before it.")
    if chain.digest(event) != event.hash:
        return Break(event.pk, f"Event {event.pk} was changed after it was written.")
    return None


def _rewritten(seen: tuple[Checkpoint, ...]) -> Break | None:
    """Return the break when a checkpoint saw another event at its position: the chain was written anew."""
    hashes = dict(
        AuditEvent.objects.filter(pk__in=[checkpoint.position for checkpoint in seen]).values_list("pk", "hash")
    )
    for checkpoint in seen:
        if hashes.get(checkpoint.position, checkpoint.head) != checkpoint.head:
            return Break(
                checkpoint.position,
                f"Event {checkpoint.position} is not the one that the checkpoint of {checkpoint.moment:%Y-%m-%d} saw.",
            )
    return None


def _cut(seen: tuple[Checkpoint, ...]) -> Break | None:
    """Return the break when a checkpoint saw more events than there are."""
    newest = _newest_position()
    for checkpoint in seen:
        if checkpoint.position > newest:
            return Break(
                newest + 1,
                f"The audit trail ends at event {newest}, but the checkpoint of {checkpoint.moment:%Y-%m-%d} "
                f"saw {checkpoint.position}.",
            )
    return None


def _head() -> ChainHead:
    """The head row; one that names nothing where it is gone."""
    return ChainHead.objects.filter(pk=ChainHead.THE_ONE).first() or ChainHead()


def _newest_position() -> int:
    return AuditEvent.objects.order_by("-id").values_list("pk", flat=True).first() or 0


def _fault_at_end(head: ChainHead, position: int, last_hash: str) -> Break | None:
    if head.position != position:
        return Break(position + 1, f"The chain ends at event {position}, but {head.position} were written.")
    if head.hash != last_hash:
        return Break(position, f"The head of the chain does not match event {position}.")
    # Read in this order: whoever sees an event sees the head that was written with it.
    newest = _newest_position()
    written = _head().position
    if newest > written:
        return Break(newest + 1, f"The chain ends at event {newest}, but {written} were written.")
    missing = missing_triggers(connection, AuditEvent._meta.db_table)
    if missing:
        return Break(position, f"The database no longer refuses changes: {', '.join(missing)} missing.")
    return None
