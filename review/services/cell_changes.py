"""What each kind of action makes of one cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from cases.cell_classes import BY_CODE
from cases.models import ExclusionReason, LabelSource
from hematovision.errors import Unprocessable
from review.models import ActionKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from cases.models import Cell

SIMPLE_KINDS = frozenset(
    {
        ActionKind.LABEL,
        ActionKind.CONFIRM,
        ActionKind.EXCLUDE,
        ActionKind.INCLUDE,
        ActionKind.FLAG,
        ActionKind.UNFLAG,
        ActionKind.REMOVE,
        ActionKind.RESTORE,
    }
)
"""Kinds whose outcome follows from the cell and the request alone."""
_SHORT = 500


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """What a reviewer asked for; `blind` while the model's labels are hidden from them."""

    label: str
    reason_code: str
    blind: bool


def check_request(*, kind: str, label: str, reason_code: str, reason: str) -> None:
    """Raise `Unprocessable` for a request that cannot be carried out on any cell."""
    if kind not in {*SIMPLE_KINDS, ActionKind.UNDO, ActionKind.REDO}:
        raise Unprocessable(_("There is no such action."), code="unknown_action")
    if kind == ActionKind.LABEL and label not in BY_CODE:
        raise Unprocessable(_("There is no such cell class."), code="unknown_label")
    if kind == ActionKind.EXCLUDE and reason_code not in ExclusionReason.values:
        raise Unprocessable(_("Say why the cell does not count."), code="reason_missing")
    if kind == ActionKind.REMOVE and reason_code and reason_code not in ExclusionReason.values:
        raise Unprocessable(_("There is no such reason."), code="unknown_reason")
    if reason_code == ExclusionReason.OTHER and not reason.strip():
        raise Unprocessable(_("Say in a few words why the cell does not count."), code="reason_missing")
    if len(reason) > _SHORT:
        raise Unprocessable(_("A reason has at most %(most)s characters.") % {"most": _SHORT}, code="reason_too_long")


def outcome_for(cell: Cell, *, kind: str, ask: ActionRequest) -> dict[str, Any]:
    """Return what `kind` changes in `cell`, by column; empty where it is so already.

    Raises `Unprocessable` where it makes no sense on this cell.
    """
    wanted = _OUTCOMES[ActionKind(kind)](cell, ask)
    return wanted if any(getattr(cell, name) != value for name, value in wanted.items()) else {}


def _label(cell: Cell, ask: ActionRequest) -> dict[str, Any]:
    _refuse_removed(cell)
    # An excluded cell that is given a class counts again: that is what moving it there means.
    return {"label": ask.label, "label_source": LabelSource.HUMAN, "excluded": False, "exclusion_reason": ""}


def _confirm(cell: Cell, ask: ActionRequest) -> dict[str, Any]:
    if cell.is_reviewed:
        return {}
    if ask.blind:
        sentence = _("The review is blinded: give each cell a class of your own.")
        raise Unprocessable(sentence, code="blind")
    if not cell.is_identified:
        sentence = _("An unidentified cell cannot be confirmed: give it a class or exclude it.")
        raise Unprocessable(sentence, code="unidentified")
    return {"label_source": LabelSource.HUMAN}


def _exclude(cell: Cell, ask: ActionRequest) -> dict[str, Any]:
    _refuse_removed(cell)
    return {"excluded": True, "exclusion_reason": ask.reason_code}


def _include(cell: Cell, _ask: ActionRequest) -> dict[str, Any]:
    _refuse_removed(cell)
    return {"excluded": False, "exclusion_reason": ""}


def _flag(_cell: Cell, _ask: ActionRequest) -> dict[str, Any]:
    return {"flagged": True}


def _unflag(_cell: Cell, _ask: ActionRequest) -> dict[str, Any]:
    return {"flagged": False}


def _remove(cell: Cell, ask: ActionRequest) -> dict[str, Any]:
    if cell.removed:
        return {}
    return {"removed": True, "excluded": True, "exclusion_reason": ask.reason_code or ExclusionReason.NOT_A_CELL}


def _restore(cell: Cell, _ask: ActionRequest) -> dict[str, Any]:
    return {"removed": False, "excluded": False, "exclusion_reason": ""} if cell.removed else {}


def _refuse_removed(cell: Cell) -> None:
    if cell.removed:
        raise Unprocessable(_("A removed cell has to be restored first."), code="removed")


_OUTCOMES: dict[ActionKind, Callable[[Cell, ActionRequest], dict[str, Any]]] = {
    ActionKind.LABEL: _label,
    ActionKind.CONFIRM: _confirm,
    ActionKind.EXCLUDE: _exclude,
    ActionKind.INCLUDE: _include,
    ActionKind.FLAG: _flag,
    ActionKind.UNFLAG: _unflag,
    ActionKind.REMOVE: _remove,
    ActionKind.RESTORE: _restore,
}
