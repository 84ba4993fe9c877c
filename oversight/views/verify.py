"""Comparing the reviewers' decisions with the audit trail, from its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
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
        sentence = _("Every decision holds: %(actions)s actions on %(cells)s cells.")
        messages.success(request, sentence % {"actions": found.actions, "cells": found.cells})
    else:
        sentence = _(
            "Decisions do not hold (%(number)s). Keep the database as it is and tell whoever operates this "
            "installation: manage.py verify_decisions names them."
        )
        messages.error(request, sentence % {"number": len(found.faults)})
    return redirect("audit:events")
