"""The second factor, offered to who has just opened an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import redirect, render
from django.views import View

from accounts.middleware import needs_second_factor
from accounts.requests import signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class OfferSecondFactor(LoginRequiredMixin, View):
    """A passkey or an authenticator app, and "Later" where the role may do without."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the choice; who has a second factor goes on to the first page."""
        user = signed_in(request)
        if is_mfa_enabled(user):
            return redirect(settings.LOGIN_REDIRECT_URL)
        return render(request, "accounts/second_factor.html", {"is_required": needs_second_factor(user)})
