"""What the API says about automatic results that the caller does not see yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.blinding import is_blinded, is_without_result, may_see_model_output
from cases.models import Case
from cases.selectors import review_status

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

HIDDEN = gettext_lazy(
    "Automatic results are shown to the clinic after a pathologist has signed the report; "
    "a client with the scope predictions:read sees them before."
)
BLIND = gettext_lazy("The laboratory reviews blinded: automatic results are shown after the report is signed.")
NO_RESULT = gettext_lazy("The specimen was insufficient for a differential: the signed report says why.")
REVIEWED = gettext_lazy("A pathologist has signed the report.")


def results_of(case: Case, user: Any) -> dict[str, Any]:
    """Return the members that say whether results are shown, reviewed, and why (a sentence)."""
    visible = may_see_model_output(user, case)
    if is_without_result(case):
        note: str | StrPromise = NO_RESULT
    elif not visible:
        note = BLIND if is_blinded(user, case) else HIDDEN
    else:
        note = (
            REVIEWED
            if case.is_signed
            else _("Automatic results. %(status)s.") % {"status": review_status(case).sentence}
        )
    return {
        "results_visible": visible,
        "reviewed": case.is_signed,
        "results_note": str(note),
    }
