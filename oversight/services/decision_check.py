"""Are the decisions still what reviewers made? Compared with the digests that the audit trail keeps of them.

The database refuses to change an action or a decision. Somebody who takes the guards off first leaves rows that no
longer give the SHA-256 in the audit trail, an event without its action, a gap in the numbers of a case, or a cell that is
called something nobody decided; each of these is found here. The audit trail itself is verified by `verify_audit`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Subquery

from audit.models import Action, AuditEvent, Outcome
from audit.services import record
from audit.triggers import missing_triggers
from cases.models import Cell, LabelSource
from hematovision.chunks import in_chunks
from hematovision.verifications import Finding
from review.action_digest import action_digest
from review.cell_state import same_but_for_the_label, same_decision, state_of
from review.models import Decision, ReviewAction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import QuerySet

    from accounts.models import User

MOST_FAULTS = 100
"""Found faults listed; one is enough to know, and a table written anew would have millions."""
_OBJECT_TYPE = ReviewAction._meta.label_lower
_CHUNK = 500


@dataclass(slots=True)
class DecisionCheck:
    """How much was checked, and what is wrong, a sentence each."""

    actions: int = 0
    cells: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether every decision is as it was made."""
        return not self.faults


def verify_decisions(*, actor: User | None) -> DecisionCheck:
    """Look at every decision as `check_decisions` does; that it was done is an event. `actor` None is the system.

    The event counts the faults and does not name them: they may be of another laboratory than the actor's.
    """
    found = check_decisions()
    record(
        actor=actor,
        action=Action.VERIFY,
        object_type=Decision._meta.label_lower,
        outcome=Outcome.SUCCESS if found.intact else Outcome.FAILURE,
        after={"actions": found.actions, "cells": found.cells, "faults": len(found.faults)},
    )
    return found


def find_changed_decisions() -> Iterator[Finding]:
    """What `check_decisions` found, among the other verifications."""
    for sentence in check_decisions().faults:
        yield Finding(Decision._meta.label_lower, "", sentence)


def check_decisions() -> DecisionCheck:
    """Look at every action, decision and read cell; stops listing at `MOST_FAULTS`."""
    done = DecisionCheck()
    for fault in _faults(done):
        done.faults.append(fault)
        if len(done.faults) >= MOST_FAULTS:
            break
    return done


def _faults(done: DecisionCheck) -> Iterator[str]:
    for model in (ReviewAction, Decision):
        missing = missing_triggers(connection, model._meta.db_table)
        if missing:
            yield f"The database no longer refuses changes: {', '.join(missing)} missing."  # not translated
    yield from _changed_actions(done)
    yield from _gaps()
    yield from _lost_actions()
    yield from _cells_nobody_called_so(done)


def _changed_actions(done: DecisionCheck) -> Iterator[str]:
    chunk: list[ReviewAction] = []
    actions = ReviewAction.objects.prefetch_related("decisions")
    for action in in_chunks(actions, by=("pk",), size=_CHUNK):
        chunk.append(action)
        if len(chunk) == _CHUNK:
            yield from _compare(chunk)
            done.actions += len(chunk)
            chunk = []
    yield from _compare(chunk)
    done.actions += len(chunk)


def _compare(actions: Sequence[ReviewAction]) -> Iterator[str]:
    kept = _digests([str(action.pk) for action in actions])
    for action in actions:
        where = f"Action {action.pk} of case {action.case_id}"  # not translated
        known = kept.get(str(action.pk))
        if known is None:
            yield f"{where} has no event in the audit trail."  # not translated
        elif known != action_digest(action, action.decisions.all()):
            yield f"{where} or one of its decisions was changed after it was written."  # not translated


def _digests(ids: Sequence[str]) -> dict[str, str]:
    """Return the digest that the first event about each action keeps: a later one cannot stand in for it."""
    rows = (
        AuditEvent.objects.filter(object_type=_OBJECT_TYPE, object_id__in=ids, outcome=Outcome.SUCCESS)
        .order_by("-id")
        .values_list("object_id", "after")
    )
    return {
        object_id: str(after["sha256"]) for object_id, after in rows if isinstance(after, dict) and "sha256" in after
    }


def _gaps() -> Iterator[str]:
    counted = (
        ReviewAction.objects.order_by()
        .values("case")
        .annotate(first=Min("number"), last=Max("number"), rows=Count("pk"))
        .exclude(first=1, last=F("rows"))
    )
    for row in counted[:MOST_FAULTS]:
        yield f"Case {row['case']} has {row['rows']} actions numbered {row['first']} to {row['last']}: some are missing."  # not translated


def _lost_actions() -> Iterator[str]:
    events = AuditEvent.objects.filter(object_type=_OBJECT_TYPE, outcome=Outcome.SUCCESS).only("object_id", "after")
    chunk: dict[str, Any] = {}
    for event in in_chunks(events, by=("id",), size=_CHUNK):
        if isinstance(event.after, dict) and "sha256" in event.after:
            chunk[event.object_id] = event.after.get("case")
        if len(chunk) == _CHUNK:
            yield from _lost_of(chunk)
            chunk = {}
    yield from _lost_of(chunk)


def _lost_of(chunk: dict[str, Any]) -> Iterator[str]:
    present = {str(pk) for pk in ReviewAction.objects.filter(pk__in=list(chunk)).values_list("pk", flat=True)}
    for object_id, case in chunk.items():
        if object_id not in present:
            yield f"Action {object_id} of case {case} is in the audit trail and no longer in the record."  # not translated


def _cells_nobody_called_so(done: DecisionCheck) -> Iterator[str]:
    last = Decision.objects.filter(cell=OuterRef("pk")).order_by("-action__number")
    touched = Q(label_source=LabelSource.HUMAN) | Q(excluded=True) | Q(flagged=True) | Exists(last.values("pk"))
    read: QuerySet[Any] = Cell.objects.filter(touched).annotate(last_after=Subquery(last.values("after")[:1]))
    for cell in in_chunks(read, by=("pk",)):
        done.cells += 1
        after: Any = cell.last_after
        # Of a cell that nobody has decided on any more, its label is the model's and changes with it.
        undecided = after is not None and after.get("label_source") == LabelSource.MODEL and not after.get("excluded")
        if undecided and not cell.is_reviewed and same_but_for_the_label(state_of(cell), after):
            continue
        if after is None:
            yield f"Cell {cell.pk} was reviewed by a person, but nobody decided on it."  # not translated
        elif not same_decision(state_of(cell), after):
            yield f"Cell {cell.pk} is not what was decided last."  # not translated
