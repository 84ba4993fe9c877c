"""Laboratories that read blind: what the machine said is kept from the reader until they have spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import Role
from accounts.permissions import may_see_predictions

if TYPE_CHECKING:
    from cases.models import Case


def reads_blind(user: Any, case: Case) -> bool:
    """Whether `user` reads `case` without seeing what the machine said of cells they have not labelled yet."""
    # The laboratory last: lists would fetch it for every row.
    return getattr(user, "role", "") == Role.PATHOLOGIST and not case.is_signed and case.laboratory.blind_review


def may_see_reading(user: Any, case: Case) -> bool:
    """Whether `user` sees the machine's reading of all cells of `case` as it is."""
    return may_see_predictions(user, signed=case.is_signed) and not reads_blind(user, case)
