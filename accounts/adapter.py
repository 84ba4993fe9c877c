"""What django-allauth asks the product about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpResponse

from accounts.models import Role
from audit.middleware import client_ip

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User


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
