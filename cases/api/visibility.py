"""What the API says about automatic results that the caller does not see yet."""

from __future__ import annotations

from typing import Any

from accounts.permissions import may_see_predictions
from cases.models import Case

HIDDEN = (
    "Automatic results are shown to the clinic after a pathologist has signed the report; "
    "a client with the scope predictions:read sees them before."
)
UNREVIEWED = "Automatic results, not yet reviewed by a pathologist."
REVIEWED = "A pathologist has signed the report."


def results_of(case: Case, user: Any) -> dict[str, Any]:
    """Return the members that say whether results are shown, reviewed, and why (a sentence)."""
    visible = may_see_predictions(user, signed=case.is_signed)
    note = REVIEWED if case.is_signed else UNREVIEWED
    return {
        "results_visible": visible,
        "reviewed": case.is_signed,
        "results_note": note if visible else HIDDEN,
    }
