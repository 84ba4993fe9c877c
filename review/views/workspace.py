"""The review workspace: the page on which a pathologist reviews a case. Its cells come from the state endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.blinding import may_see_model_output
from cases.cell_classes import BY_CODE
from cases.models import ExclusionReason
from cases.selectors import visible_case
from cases.services.audit_trail import record_view
from classifier.selectors import unknown_cameras
from hematovision.errors import DomainError
from review.permissions import NOT_A_REVIEWER, may_review
from review.selectors import open_amendment_of
from review.services.leases import claim

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse
    from django.utils.functional import _StrPromise

    from accounts.requests import AuthenticatedRequest

ORDERS: tuple[tuple[str, _StrPromise], ...] = (
    ("doubt", _("Unidentified first")),
    ("novelty", _("Unfamiliar first")),
    ("sure", _("Certain first")),
    ("place", _("As in the fields")),
    ("size", _("Large first")),
)
CHOICES: tuple[tuple[str, _StrPromise], ...] = (
    ("all", _("All cells")),
    ("open", _("To review")),
    ("flagged", _("Flagged")),
    ("decided", _("Reviewed")),
    ("changed", _("Other than suggested")),
    ("excluded", _("Excluded and removed")),
)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def workspace(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the workspace; a POST claims the case first, which works without scripts too.

    Those who see the case and do not review for its laboratory are refused; the case page shows them the cells.
    """
    case = visible_case(request.user, pk)
    if not may_review(request.user, case):
        raise PermissionDenied(gettext(NOT_A_REVIEWER))
    if request.method == "POST":
        try:
            claim(actor=request.user, case=case)
        except DomainError as error:
            messages.warning(request, error.sentence)
        return redirect("review:workspace", case.pk)
    record_view(actor=request.user, target=case)
    context: dict[str, Any] = {
        "case": case,
        "amendment": open_amendment_of(case) if case.is_signed else None,
        "unknown_cameras": unknown_cameras(case) if may_see_model_output(request.user, case) else [],
        "classes": list(BY_CODE.values()),
        "orders": ORDERS,
        "choices": CHOICES,
        "reasons": [(str(number), *choice) for number, choice in enumerate(ExclusionReason.choices, start=1)],
        "review": {
            "classes": {
                item.code: {"label": gettext(item.label), "plural": gettext(item.plural), "letter": item.letter}
                for item in BY_CODE.values()
            },
            "reasons": {code: str(label) for code, label in ExclusionReason.choices},
        },
    }
    return render(request, "review/workspace.html", context)
