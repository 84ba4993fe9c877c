"""What a cell is called, as plain values that can be kept, compared and put back."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cases.models import Cell

DECIDED_COLUMNS = ("label", "label_source", "excluded", "exclusion_reason", "flagged", "removed")
"""What people decide about a cell."""


def state_of(cell: Cell) -> dict[str, Any]:
    """Return what is decided about `cell`, by whom and when, ready for JSON."""
    return {
        **{name: _plain(getattr(cell, name)) for name in DECIDED_COLUMNS},
        "decided_by": str(cell.decided_by_id) if cell.decided_by_id else None,
        "decided_at": cell.decided_at.astimezone(dt.UTC).isoformat() if cell.decided_at else None,
        "revision": cell.revision,
    }


def same_decision(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two states say the same of a cell."""
    return all(one.get(name) == other.get(name) for name in DECIDED_COLUMNS)


def same_but_for_the_label(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two states differ at most in what the cell is called."""
    return all(one.get(name) == other.get(name) for name in DECIDED_COLUMNS if name != "label")


def columns_of(state: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that give a cell this state again; its revision goes on growing."""
    by, at = state.get("decided_by"), state.get("decided_at")
    return {
        **{name: state[name] for name in DECIDED_COLUMNS},
        "decided_by_id": uuid.UUID(by) if by else None,
        "decided_at": dt.datetime.fromisoformat(at) if at else None,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool) else str(value)
