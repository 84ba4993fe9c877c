"""What the API says about automatic results that the caller does not see yet."""

from __future__ import annotations

from typing import Any

from cases.blind import may_see_reading, reads_blind
from cases.models import Case

HIDDEN = (
    "Automatic results are shown to the clinic after a pathologist has signed the report; "
    "a client with the scope predictions:read sees them before."
)
BLIND = "The laboratory reads blind: automatic results are shown after the report is signed."
UNREVIEWED = "Automatic results, not yet reviewed by a pathologist."
REVIEWED = "A pathologist has signed the report."


def results_of(case: Case, user: Any) -> dict[str, Any]:
    """Return the members that say whether results are shown, reviewed, and why (a sentence)."""
    visible = may_see_reading(user, case)
    note = REVIEWED if case.is_signed else UNREVIEWED
    return {
        "results_visible": visible,
        "reviewed": case.is_signed,
        "results_note": note if visible else BLIND if reads_blind(user, case) else HIDDEN,
    }
