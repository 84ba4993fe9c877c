"""The type of a request whose sender has signed in."""

from django.http import HttpRequest

from accounts.models import User


class AuthenticatedRequest(HttpRequest):
    """A request behind `login_required`: its user is one of ours."""

    user: User  # type: ignore[assignment]
