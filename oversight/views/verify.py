"""Comparing the reviewers' decisions with the audit trail, from its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from oversight.services.decision_check import verify_decisions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@overseers_only
@require_POST
def verify_every_decision(request: HttpRequest) -> HttpResponse:
    """Verify every decision and say the verdict; which ones do not hold is told by the command of the same name."""
    found = verify_decisions(actor=signed_in(request))
    if found.intact:
        messages.success(request, f"Every decision holds: {found.actions} actions on {found.cells} cells.")
    else:
        messages.error(
            request,
            f"Decisions do not hold ({len(found.faults)}). Keep the database as it is and tell whoever operates this "
            "installation: manage.py verify_decisions names them.",
        )
    return redirect("audit:events")
