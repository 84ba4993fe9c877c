"""What django-allauth asks the product about accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpResponse
from django.urls import reverse

from accounts.conf import absolute_url
from accounts.devices import remember_device
from accounts.models import Role
from audit.middleware import client_ip

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """What e-mails say they come from."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations only, and only people sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up unasked."""
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Turn away service accounts, and people whose organisation was closed."""
        if user.role == Role.SERVICE or (user.organisation is not None and not user.organisation.is_active):
            return self.respond_user_inactive(request, user)
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the audit trail records, so that limits, sessions and trail agree."""
        return client_ip(request) or "0.0.0.0"  # noqa: S104 - "unknown", not an address to bind

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Sign in, and remember the browser."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_device(request, response, user)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing here: allauth counts by account alone, with which a stranger could lock the owner out.

        Guesses at passwords are counted by `accounts.lockout`.
        """

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an e-mail that names this installation by its own address, not by what a request calls it."""
        own = Place("HematoVision", urlsplit(absolute_url("/")).netloc)
        self.render_mail(template_prefix, email, {"email": email, "current_site": own, **context}).send()

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The link that confirms an address, below our own address whatever the Host header says."""
        return absolute_url(reverse("account_confirm_email", args=[emailconfirmation.key]))
