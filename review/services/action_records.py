"""Writing one action: its row, its decisions, the cells, and the event that keeps a digest of them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F

from audit.models import Action
from audit.services import record
from cases.models import Cell
from cases.services.audit_trail import scope_of
from cases.signals import cells_changed
from classifier.selectors import output_for_cells
from review.action_digest import action_digest
from review.cell_state import state_of
from review.models import Decision, ReviewAction
from review.services.undo import last_number

if TYPE_CHECKING:
    from collections.abc import Sequence

_BATCH = 500


@dataclass(slots=True)
class Change:
    """The columns one action gives a cell; `decides` where the actor thereby decided what the cell is.

    `before` stands in for the state the cell was in, for a cell that did not exist. `displayed`: see `Decision`.
    """

    cell: Cell
    columns: dict[str, Any]
    decides: bool
    before: dict[str, Any] | None = None
    displayed: bool | None = None


def record_action(*, action: ReviewAction, changes: Sequence[Change]) -> None:
    """Write `action` with a decision for each change, inside the caller's transaction and lock of the case."""
    case = action.case
    action.number = last_number(case) + 1
    action.save(force_insert=True)
    cells = [change.cell for change in changes]
    predictions = output_for_cells(cells).predictions
    decisions = []
    for change in changes:
        before = change.before or state_of(change.cell)
        _apply(change, action)
        prediction = predictions.get(change.cell.pk)
        decisions.append(
            Decision(
                action=action,
                cell=change.cell,
                before=before,
                after=state_of(change.cell),
                ai_label=prediction.suggestion if prediction is not None else "",
                ai_score=prediction.score if prediction is not None else None,
                model_version_id=prediction.model_version_id if prediction is not None else None,
                displayed=change.displayed,
            )
        )
    # Bulk writes: a class of two thousand cells is confirmed at once, and the event below covers every row.
    Decision.objects.bulk_create(decisions, batch_size=_BATCH)
    _save(changes)
    cells_changed.send(sender=Cell, case_id=case.pk)
    relabelled = any(decision.before["label"] != decision.after["label"] for decision in decisions)
    record(
        actor=action.by,
        action=Action.RECLASSIFY if relabelled else Action.REVIEW,
        target=action,
        reason=action.reason or action.reason_code,
        after={
            "case": str(case.pk),
            "kind": str(action.kind),
            "cells": len(decisions),
            "sha256": action_digest(action, decisions),
        },
        **scope_of(case),
    )


def _apply(change: Change, action: ReviewAction) -> None:
    """Bring the object to its new state; `_save` writes the same columns to the row."""
    if change.decides:
        change.columns |= {"decided_by_id": action.by_id, "decided_at": action.at}
    for name, value in change.columns.items():
        setattr(change.cell, name, value)
    change.cell.revision += 1


def _save(changes: Sequence[Change]) -> None:
    """One UPDATE for all cells that get the same columns, however many they are."""
    groups: dict[tuple[tuple[str, Any], ...], list[Any]] = {}
    for change in changes:
        groups.setdefault(tuple(sorted(change.columns.items())), []).append(change.cell.pk)
    for columns, ids in groups.items():
        for start in range(0, len(ids), _BATCH):
            some = ids[start : start + _BATCH]
            Cell.objects.filter(pk__in=some).update(**dict(columns), revision=F("revision") + 1)
