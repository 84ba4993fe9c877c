"""Adjudicating what two reviewers see differently: the one who signs decides, cell by cell."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from audit.models import Action
from audit.services import record
from cases.models import ExclusionReason
from cases.permissions import must_see, refuse
from cases.services.audit_trail import scope_of
from consult.cell_labels import CLASS_OF_CODE, EXCLUDED, code_of
from consult.models import Adjudication, Choice, Comparison, OpinionState, SecondOpinion
from consult.selectors import is_reviewer_of, outstanding_of
from consult.services.opinions import lock_opinion, mark_adjudicated, over
from consult.verification import adjudicated_digest, opinion_digest
from hematovision.errors import Conflict, NotFound, Unprocessable
from review.models import ActionKind
from review.services.decisions import apply_action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User

_SHORT = 500
_EXCLUDED_BECAUSE = gettext_noop("Adjudicated after a second opinion.")


@dataclass(frozen=True, slots=True)
class CellChoice:
    """One decision: the comparison, whose label stands, the code for `other`, and the cell's revision as seen."""

    comparison_id: int
    choice: str
    revision: int
    other: str = ""


def adjudicate(
    *, actor: User, opinion: SecondOpinion, choices: Sequence[CellChoice], reason: str = ""
) -> list[Adjudication]:
    """Adjudicate differences: each cell gets its final label by an ordinary review action, all of them or none.

    When the last one is adjudicated the opinion is. Raises `NotFound`, `PermissionRefused` for all but the one who reviews
    the case now; `Conflict` (code `opinion_state`, `settled`, and those of `apply_action`: `stale`, `lease_lost`,
    `signed`); `Unprocessable` for a choice that makes no sense.
    """
    _require_reviewer(actor, opinion)
    reason = reason.strip()
    if not choices:
        raise Unprocessable(_("Choose a label for at least one cell."), code="nothing_chosen")
    if len(reason) > _SHORT:
        raise Unprocessable(_("A reason has at most %(most)s characters.") % {"most": _SHORT}, code="reason_too_long")
    with transaction.atomic():
        _lock_answered(opinion)
        wanted = _wanted(opinion, choices)
        actions = _decide(actor, opinion, wanted)
        now = timezone.now()
        made = [
            Adjudication(
                comparison=comparison,
                choice=given.choice,
                label="" if code == EXCLUDED else code,
                excluded=code == EXCLUDED,
                reason=reason,
                by=actor,
                at=now,
                action_id=actions.get(code),
            )
            for given, comparison, code in wanted
        ]
        Adjudication.objects.bulk_create(made)
        if not outstanding_of(opinion):
            mark_adjudicated(opinion, by=actor)
        _record(actor, opinion, reason, {"settled": len(made), "adjudications": adjudicated_digest(made)})
    return made


def take_note(*, actor: User, opinion: SecondOpinion) -> SecondOpinion:
    """Close an answer that leaves nothing to decide: it has been noted.

    Raises as `adjudicate`, and `Conflict` (code `differences_left`) while there are differences.
    """
    _require_reviewer(actor, opinion)
    with transaction.atomic():
        _lock_answered(opinion)
        left = outstanding_of(opinion)
        if left:
            sentence = ngettext(
                "%(count)s differences are not adjudicated yet.", "%(count)s differences are not adjudicated yet.", left
            ) % {"count": left}
            raise Conflict(sentence, code="differences_left")
        mark_adjudicated(opinion, by=actor)
        _record(actor, opinion, "", {"settled": 0})
    return opinion


def _require_reviewer(actor: User, opinion: SecondOpinion) -> None:
    must_see(actor=actor, record_=opinion)
    if not is_reviewer_of(actor, opinion.case):
        refuse(
            actor=actor,
            target=opinion,
            sentence=gettext_noop("Differences are adjudicated by the pathologist who reviews the case."),
        )


def _lock_answered(opinion: SecondOpinion) -> None:
    lock_opinion(opinion)
    if opinion.state != OpinionState.ANSWERED:
        raise over(opinion)


def _wanted(opinion: SecondOpinion, choices: Sequence[CellChoice]) -> list[tuple[CellChoice, Comparison, str]]:
    """Return each given with its row and the code the cell is to get."""
    ids = [given.comparison_id for given in choices]
    rows = {row.pk: row for row in opinion.comparisons.select_related("cell").filter(pk__in=ids)}
    if len(set(ids)) != len(ids) or len(rows) != len(ids):
        raise NotFound(_("This cell is not among the differences."))
    if Adjudication.objects.filter(comparison__in=ids).exists():
        raise Conflict(_("One of these cells has been adjudicated already. Look at the list again."), code="settled")
    return [(each, rows[each.comparison_id], _code(each, rows[each.comparison_id])) for each in choices]


def _code(given: CellChoice, row: Comparison) -> str:
    if not row.differs:
        raise NotFound(_("This cell is not among the differences."))
    if given.choice == Choice.FIRST:
        return row.first
    if given.choice == Choice.SECOND:
        return row.second
    if given.choice == Choice.OTHER and given.other in CLASS_OF_CODE:
        return given.other
    raise Unprocessable(_("Choose whose label stands, or name another class."), code="unknown_choice")


def _decide(
    actor: User, opinion: SecondOpinion, wanted: Sequence[tuple[CellChoice, Comparison, str]]
) -> dict[str, uuid.UUID]:
    """Carry the codes out as review actions, one a code; returns the id of each that changed something."""
    by_code: dict[str, list[tuple[uuid.UUID, int]]] = {}
    for given, row, code in wanted:
        if row.cell.is_reviewed and code_of(row.cell) == code:
            continue  # It says so already, perhaps with a better reason for leaving it out.
        by_code.setdefault(code, []).append((row.cell_id, given.revision))
    done: dict[str, uuid.UUID] = {}
    for code, cells in by_code.items():
        excluding = code == EXCLUDED
        applied = apply_action(
            actor=actor,
            case=opinion.case,
            action_id=uuid.uuid4(),
            kind=ActionKind.EXCLUDE if excluding else ActionKind.LABEL,
            cells=cells,
            label="" if excluding else code,
            reason_code=ExclusionReason.OTHER if excluding else "",
            reason=_EXCLUDED_BECAUSE,
        )
        if applied.action is not None:
            done[code] = applied.action.pk
    return done


def _record(actor: User, opinion: SecondOpinion, reason: str, after: dict[str, Any]) -> None:
    record(
        actor=actor,
        action=Action.REVIEW,
        target=opinion,
        reason=reason,
        after={
            "case": str(opinion.case_id),
            "state": str(opinion.state),
            **after,
            "row": opinion_digest(opinion),
        },
        **scope_of(opinion.case),
    )
