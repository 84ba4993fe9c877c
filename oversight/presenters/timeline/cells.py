"""What reviewers did to the cells of a case: actions of one sitting are one entry, with what they changed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.blinding import is_blinded
from cases.cell_classes import BY_CODE
from cases.models import LabelSource
from cases.words import in_words
from oversight.presenters.timeline.entry import SAME_SITTING, Entry
from review.models import ActionKind, Amendment, Decision, ReviewAction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case

MOST_CHANGES_NAMED = 12


def of_cells(case: Case, user: User) -> Iterator[Entry]:
    """Yield one entry a run of actions of one kind by one reviewer; a blinded reviewer is not told what the model said."""
    changes = _changes_of(case, blind=is_blinded(user, case))
    run: list[ReviewAction] = []
    for action in ReviewAction.objects.filter(case=case).select_related("by").order_by("number"):
        if run and not _goes_on(run[-1], action):
            yield _entry(run, changes)
            run = []
        run.append(action)
    if run:
        yield _entry(run, changes)


def of_amendments(case: Case) -> Iterator[Entry]:
    """Yield when a signed case was opened again, and how that ended."""
    for amendment in Amendment.objects.filter(case=case).select_related("opened_by", "settled_by"):
        yield Entry(
            amendment.opened_at,
            "reports",
            _("Opened again: %(kind)s") % {"kind": amendment.get_kind_display().lower()},
            amendment.opened_by.full_name,
            details=(f"{amendment.get_reason_code_display()}. {amendment.reason}",),
            tone="warn",
        )
        if amendment.settled_at and amendment.outcome == "abandoned":
            who = amendment.settled_by.full_name if amendment.settled_by else ""
            yield Entry(amendment.settled_at, "reports", _("The amendment was given up: what was signed stands"), who)


def _goes_on(last: ReviewAction, action: ReviewAction) -> bool:
    return (last.kind, last.by_id, last.reason_code) == (
        action.kind,
        action.by_id,
        action.reason_code,
    ) and abs(action.at - last.at) <= SAME_SITTING


def _changes_of(case: Case, *, blind: bool) -> dict[UUID, list[tuple[str, str]]]:
    """Return (what a cell was called, what it is called then) by action."""
    rows = Decision.objects.filter(action__case=case).order_by("pk").values_list("action", "before", "after")
    changes: dict[UUID, list[tuple[str, str]]] = {}
    for action, before, after in rows:
        changes.setdefault(action, []).append((_called(before, blind=blind), _called(after, blind=blind)))
    return changes


def _called(state: dict[str, object], *, blind: bool) -> str:
    if state.get("removed"):
        return _("removed")
    if state.get("excluded"):
        return _("excluded")
    if blind and state.get("label_source") == LabelSource.MODEL:
        return _("not named")
    label = BY_CODE.get(str(state.get("label", "")))
    return in_words(label.label).lower() if label else _("no class")


def _entry(run: list[ReviewAction], changes: dict[UUID, list[tuple[str, str]]]) -> Entry:
    cells = [pair for action in run for pair in changes.get(action.pk, [])]
    moved = Counter(f"{before} → {after}" for before, after in cells if before != after)
    named = [
        _("%(change)s: %(number)s") % {"change": change, "number": count}
        for change, count in moved.most_common(MOST_CHANGES_NAMED)
    ]
    if len(moved) > MOST_CHANGES_NAMED:
        named.append(_("and %(number)s other changes") % {"number": len(moved) - MOST_CHANGES_NAMED})
    reason = run[0].reason or in_words(run[0].reason_code.replace("_", " "))
    if reason:
        named.append(_("Reason: %(reason)s") % {"reason": reason})
    said = {
        "kind": ActionKind(run[0].kind).label,
        "cells": ngettext("%(number)s cell", "%(number)s cells", len(cells)) % {"number": len(cells)},
        "actions": ngettext("%(number)s action", "%(number)s actions", len(run)) % {"number": len(run)},
    }
    return Entry(
        run[0].at,
        "cells",
        (_("%(kind)s: %(cells)s") if len(run) == 1 else _("%(kind)s: %(cells)s, %(actions)s")) % said,
        run[0].by.full_name,
        details=tuple(named),
        until=run[-1].at if len(run) > 1 else None,
    )
