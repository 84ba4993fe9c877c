"""Hiding the list of first steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guide.services import hide_first_steps

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_POST
def hide(request: AuthenticatedRequest) -> HttpResponse:
    """Hide one's own list for good, and say where what it led to is found."""
    hide_first_steps(actor=request.user)
    messages.info(
        request, _("The list is gone. How everything is done stands under All help, at the end of each page.")
    )
    return redirect(settings.LOGIN_REDIRECT_URL)
