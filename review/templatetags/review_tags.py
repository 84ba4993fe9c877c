"""What the case page shows of the review: who has it, what is left, and the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from accounts.permissions import may_see_predictions
from cases.blinding import is_blinded
from cases.models import FieldReturn, ReturnOutcome
from cases.permissions import is_read_only, may_send_images
from cases.states import RETAKING_STATES, CaseState
from review.permissions import may_review
from review.selectors import holds, lease_state, may_review_now, open_amendment_of, tally

if TYPE_CHECKING:
    from cases.models import Case

register = template.Library()

_SHOWN_IN = frozenset({CaseState.READY, CaseState.IN_REVIEW})


@register.inclusion_tag("review/partials/panel.html", takes_context=True)
def review_panel(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Show where the review of `case` stands to those who may see unsigned results; to others nothing."""
    user = context["user"]
    # What is decided before the signature is the laboratory's own; an uploader waits for the report.
    if not may_see_predictions(user, signed=False):
        return {"shown": False}
    amendment = open_amendment_of(case) if case.is_signed else None
    if case.state not in _SHOWN_IN and amendment is None:
        return {"shown": False}
    counted = tally(case, blind=is_blinded(user, case))
    return {
        "shown": True,
        "case": case,
        "amendment": amendment,
        "lease": lease_state(case, user),
        "may_review": may_review(user, case),
        "may_claim": may_review_now(user, case),
        "total": counted.total,
        "reviewed": counted.total - counted.unreviewed,
        "unreviewed": counted.unreviewed,
        "unidentified": counted.unidentified,
        "flagged": counted.flagged,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("review/partials/fields_sent_back.html", takes_context=True)
def fields_sent_back(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Show which fields of an open case went back to the clinic, with what to do, and which came again."""
    if case.state not in RETAKING_STATES:
        return {}
    user = context["user"]
    returns = list(FieldReturn.objects.of_case(case).select_related("image", "by"))
    waiting = [each for each in returns if not each.outcome]
    reviews = bool(waiting) and case.state == CaseState.IN_REVIEW and may_review(user, case) and holds(user, case)
    return {
        "case": case,
        "waiting": waiting,
        "retaken": [each for each in returns if each.outcome == ReturnOutcome.RETAKEN],
        "may_retake": bool(waiting) and not reviews and may_send_images(user) and not is_read_only(user, case),
        "may_keep": reviews,
        "csrf_token": context.get("csrf_token"),
    }
