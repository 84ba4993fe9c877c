"""Deciding on cells: every action of a reviewer comes through here, is written once and can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Cell
from cases.services.transitions import lock_case
from hematovision.errors import Conflict, NotFound, Unprocessable
from review.cell_state import columns_of, same_decision, state_of
from review.models import ActionKind, Decision, ReviewAction
from review.permissions import require_reviewer
from review.services.action_records import Change, record_action
from review.services.cell_changes import ActionRequest, check_request, outcome_for
from review.services.guards import require_lease, require_open
from review.services.undo import action_to_take_back

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case

MOST_CELLS = 5000
"""One action decides on at most this many cells."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of an action: its row (None where nothing changed) and its cells as they are now.

    `repeated` where it had been done before and nothing was written.
    """

    action: ReviewAction | None
    cells: list[Cell]
    repeated: bool = False


def apply_action(
    *,
    actor: User,
    case: Case,
    action_id: UUID,
    kind: str,
    cells: Sequence[tuple[UUID, int]] = (),
    label: str = "",
    reason_code: str = "",
    reason: str = "",
    displayed: Collection[UUID] | None = None,
) -> Applied:
    """Carry out one action of the reviewer who holds the case; all of it or nothing.

    `cells` are (id, revision as the reviewer saw it). `displayed` are those of them whose image was on the reviewer's
    screen, None where that is not known: several cells at once are decided on only when each was. `undo` and `redo` need none: they take back the last action of
    the session. The same `action_id` again changes nothing and answers as the first time. An action that finds
    every cell as it wants it writes nothing.

    Raises `NotFound`, `PermissionRefused`; `Conflict` with code `stale` (`details["cells"]`: ids of cells that
    changed, `details["gone"]`: ids of those that left the case), `lease_lost`, `signed`, `state`,
    `nothing_to_undo` or `action_id_taken`; `Unprocessable` for what makes no sense on a cell, and `not_displayed` for several of which some
    were not on the screen.
    """
    require_reviewer(actor=actor, case=case)
    check_request(kind=kind, label=label, reason_code=reason_code, reason=reason)
    if len(cells) > MOST_CELLS:
        raise Unprocessable(_("One action takes at most %(most)s cells.") % {"most": MOST_CELLS}, code="too_many_cells")
    with transaction.atomic():
        lock_case(case)
        repeated = done_before(actor, case, action_id)
        if repeated is not None:
            return repeated
        require_open(case)
        lease = require_lease(actor=actor, case=case)
        undoes = None
        if kind in {ActionKind.UNDO, ActionKind.REDO}:
            undoes = action_to_take_back(lease, kind)
            changes = _taken_back(undoes)
        else:
            _must_be_displayed(kind, cells, displayed)
            ask = ActionRequest(label=label, reason_code=reason_code, blind=case.laboratory.blind_review)
            changes = _changes(_cells_as_seen(case, cells, kind), kind, ask, displayed)
        if not any(change.columns for change in changes):
            return Applied(None, [change.cell for change in changes])
        action = new_action(actor, case, action_id, kind, reason_code, reason)
        action.undoes = undoes
        record_action(action=action, changes=[change for change in changes if change.columns])
    return Applied(action, [change.cell for change in changes])


def done_before(actor: User, case: Case, action_id: UUID) -> Applied | None:
    """What a repeated request is answered with; the browser repeats what it had no answer to."""
    known = ReviewAction.objects.filter(pk=action_id).first()
    if known is None:
        return None
    if known.case_id != case.pk or known.by_id != actor.pk:
        raise Conflict(_("This action was sent by somebody else or for another case."), code="action_id_taken")
    return Applied(known, list(Cell.objects.filter(decisions__action=known)), repeated=True)


def new_action(actor: User, case: Case, action_id: UUID, kind: str, reason_code: str, reason: str) -> ReviewAction:
    return ReviewAction(
        id=action_id,
        case=case,
        by=actor,
        kind=kind,
        at=timezone.now(),
        reason_code=reason_code,
        reason=reason.strip(),
    )


def _cells_as_seen(case: Case, seen: Sequence[tuple[UUID, int]], kind: str) -> list[Cell]:
    """Return the cells in the order asked; raises `Conflict` where one is not as the reviewer saw it."""
    if not seen:
        raise Unprocessable(_("Choose at least one cell."), code="no_cells")
    revisions = dict(seen)
    found = {cell.pk: cell for cell in Cell.objects.filter(pk__in=list(revisions), image__case=case)}
    if len(found) < len(revisions):
        raise NotFound(_("There is no such cell in this case."))
    changed = [cell for cell in found.values() if cell.superseded or not _is_as_seen(cell, revisions[cell.pk], kind)]
    if changed:
        raise _stale(changed)
    return [found[pk] for pk in revisions]


def _is_as_seen(cell: Cell, revision: int, kind: str) -> bool:
    if cell.revision == revision:
        return True
    # The model's suggestion for a cell the reviewer drew may come between the drawing and the class they give it:
    # that is no reason to refuse a decision which does not depend on the suggestion.
    only_suggested = cell.is_added and not cell.is_reviewed and cell.decided_by_id is not None and revision == 1
    return only_suggested and kind != ActionKind.CONFIRM and cell.revision == 2


def _stale(changed: Sequence[Cell]) -> Conflict:
    gone = [str(cell.pk) for cell in changed if cell.superseded]
    return Conflict(
        _("Some of these cells were changed meanwhile. Nothing was saved."),
        code="stale",
        details={"cells": [str(cell.pk) for cell in changed if not cell.superseded], "gone": gone},
    )


_MARKS = frozenset({ActionKind.FLAG, ActionKind.UNFLAG})
_TAKEN_BACK = frozenset({ActionKind.INCLUDE, ActionKind.RESTORE})
"""Kinds that leave a cell to be reviewed again."""


def _must_be_displayed(kind: str, cells: Sequence[tuple[UUID, int]], displayed: Collection[UUID] | None) -> None:
    """Refuse to decide on many cells at once of which some were never seen; one cell is the one at the cursor."""
    if displayed is None or len(cells) == 1 or kind in _MARKS | _TAKEN_BACK:
        return
    unseen = [str(pk) for pk, _ in cells if pk not in displayed]
    if unseen:
        sentence = ngettext(
            "%(count)s of these cells were not on the screen. Nothing was saved: look at them first.",
            "%(count)s of these cells were not on the screen. Nothing was saved: look at them first.",
            len(unseen),
        ) % {"count": len(unseen)}
        raise Unprocessable(sentence, code="not_displayed", details={"cells": unseen})


def _changes(cells: Sequence[Cell], kind: str, ask: ActionRequest, displayed: Collection[UUID] | None) -> list[Change]:
    return [
        Change(
            cell,
            outcome_for(cell, kind=kind, ask=ask),
            decides=kind not in _MARKS,
            displayed=None if displayed is None or kind in _MARKS else cell.pk in displayed,
        )
        for cell in cells
    ]


def _taken_back(action: ReviewAction) -> list[Change]:
    """Return the changes that take `action` back; raises `Conflict` where a cell went on changing since."""
    decisions = list(Decision.objects.filter(action=action).select_related("cell"))
    changed = [
        decision.cell
        for decision in decisions
        if decision.cell.superseded or not same_decision(state_of(decision.cell), decision.after)
    ]
    if changed:
        raise _stale(changed)
    return [Change(decision.cell, columns_of(decision.before), decides=False) for decision in decisions]
