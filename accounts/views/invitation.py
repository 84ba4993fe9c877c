"""Accepting an invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.account.utils import perform_login
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import AcceptInvitationForm
from accounts.services import accept_invitation, find_invitation
from hematovision.errors import DomainError, NotFound

if TYPE_CHECKING:
    from django.http import HttpRequest


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters("password1", "password2"), name="dispatch")
class AcceptInvitation(View):
    """Shows who invites to what; takes name and password; signs the new person in and offers a second factor."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The form, or a page that says why there is none."""
        return self._page(request, token, AcceptInvitationForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Create the account."""
        form = AcceptInvitationForm(request.POST)
        if form.is_valid():
            try:
                user = accept_invitation(
                    token=token,
                    full_name=form.cleaned_data["full_name"],
                    password=form.cleaned_data["password1"],
                )
            except NotFound:
                return self._page(request, token, form)
            except DomainError as error:
                form.add_error(None, error.sentence)
            else:
                offer = reverse("accounts:offer_second_factor")
                response: HttpResponse = perform_login(request, user, email_verification="none", redirect_url=offer)
                # The password was chosen a moment ago: setting up a second factor does not ask for it again.
                reauthenticate_by_password(request)
                return response
        return self._page(request, token, form)

    def _page(self, request: HttpRequest, token: str, form: AcceptInvitationForm) -> HttpResponse:
        context: dict[str, Any] = {"form": form}
        status = 400 if form.errors else 200
        try:
            context["invitation"] = find_invitation(token)
        except NotFound as error:
            context["refusal"], status = error.sentence, error.status
        response = render(request, "accounts/accept_invitation.html", context, status=status)
        # The token is in the address: no other site gets to see it.
        response["Referrer-Policy"] = "no-referrer"
        return response
