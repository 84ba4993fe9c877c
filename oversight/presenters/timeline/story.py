"""Who sees which part of a case's story, and the story itself."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from accounts.models import Role
from accounts.models.user import LABORATORY_ROLES
from cases.blinding import is_closed
from cases.permissions import is_read_only
from oversight.presenters.timeline import cells, laboratory, record
from oversight.presenters.timeline.entry import KINDS, Entry, folded, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from accounts.models import User
    from cases.models import Case

_CLINIC = ("steps", "images", "reports", "delivery")
_OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
# Shown to nobody who still owes a blinded opinion on the case.
_TELLING = frozenset({"machine", "cells", "talk"})


def _amendments(case: Case, user: User) -> Iterable[Entry]:
    return cells.of_amendments(case) if user.role in LABORATORY_ROLES else ()


_PARTS: dict[str, tuple[Callable[[Case, User], Iterable[Entry]], ...]] = {
    "steps": (lambda case, _: record.of_steps(case),),
    "images": (lambda case, _: record.of_images(case),),
    "machine": (lambda case, _: record.of_analyses(case),),
    "cells": (cells.of_cells,),
    "talk": (laboratory.of_opinions, laboratory.of_comments, laboratory.of_clinic_threads),
    "reports": (laboratory.of_reports, _amendments),
    "delivery": (laboratory.of_deliveries,),
    "access": (lambda case, _: record.of_break_glass(case), laboratory.of_looks),
}


def kinds_for(user: User, case: Case) -> dict[str, str]:
    """Return the kinds of entries `user` may see of a case they may see, code and words.

    The clinic sees the way of the case and its reports; the laboratory also how they came about; who viewed it is for
    those who oversee.
    """
    if user.role not in LABORATORY_ROLES:
        return {code: str(KINDS[code]) for code in _CLINIC}
    hidden = set() if user.role in _OVERSEERS else {"access"}
    if is_read_only(user, case):
        # Opened in an emergency: what the laboratory says to itself, and who viewed it, stays with it.
        hidden |= {"talk", "access"}
    if is_closed(user, case):
        hidden |= _TELLING
    return {code: str(name) for code, name in KINDS.items() if code not in hidden}


def story_of(case: Case, user: User, kinds: Collection[str] = ()) -> list[Entry]:
    """Return the entries of `kinds` (none named: all) that `user` may see, newest first and alike ones folded."""
    allowed = kinds_for(user, case)
    wanted = [code for code in allowed if not kinds or code in kinds]
    return folded(merged(chain.from_iterable(part(case, user) for code in wanted for part in _PARTS[code])))
