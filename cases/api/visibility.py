"""What the API says about automatic results that the caller does not see yet."""

from __future__ import annotations

from typing import Any

from cases.blinding import is_blinded, is_without_result, may_see_model_output
from cases.models import Case
from cases.selectors import review_status
from hematovision.languages import in_language

HIDDEN = "Automatic results are shown to the clinic after a pathologist has signed the report; a client with the scope predictions:read sees them before."  # not translated
BLIND = "The laboratory reviews blinded: automatic results are shown after the report is signed."  # not translated
NO_RESULT = "The specimen was insufficient for a differential: the signed report says why."  # not translated
REVIEWED = "A pathologist has signed the report."  # not translated


@in_language("en")
def results_of(case: Case, user: Any) -> dict[str, Any]:
    """Return the members that say whether results are shown, reviewed, and why (a sentence, for programs in English)."""
    visible = may_see_model_output(user, case)
    if is_without_result(case):
        note = NO_RESULT
    elif not visible:
        note = BLIND if is_blinded(user, case) else HIDDEN
    else:
        note = REVIEWED if case.is_signed else f"Automatic results. {review_status(case).sentence}."  # not translated
    return {
        "results_visible": visible,
        "reviewed": case.is_signed,
        "results_note": note,
    }
