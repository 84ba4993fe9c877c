"""When signing in is paused, and for whom.

OWASP ASVS 5.0 asks for limits on guessing (V6.3.1) that a stranger cannot turn against the owner of an account (V6.1.1).
Two limits do both:

- An account is paused for one network address after `AXES_FAILURE_LIMIT` wrong passwords from there, for a quarter of an
  hour. Elsewhere nothing changes.
- Who guesses from many addresses meets `ACCOUNT_FAILURE_LIMIT` wrong passwords over all of them. From then on the account
  is paused everywhere but in browsers it has been signed in from (`accounts.devices`): the owner goes on working,
  guesses from new addresses wait for a quarter of an hour without one.

Second-factor codes have a limit of their own by account (django-allauth): only who has the password reaches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum

from accounts.devices import is_known_device
from accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """django-axes with the second limit."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether signing in to the account that is tried is paused for this request."""
        if super().is_locked(request, credentials):
            return True
        email = attempted_account(request, credentials)
        failures = AccessAttempt.objects.filter(username=email, attempt_time__gte=get_cool_off_threshold(request))
        total = failures.aggregate(total=Sum("failures_since_start"))["total"] or 0
        return total >= settings.ACCOUNT_FAILURE_LIMIT and not is_known_device(request, email)


def attempted_account(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str:
    """The address that was tried, in the one spelling failures are counted under.

    django-allauth authenticates with `email`, Django itself with `username`; the form field is called `login`.
    """
    given = dict(credentials or {})
    value = given.get("email") or given.get("username")
    if not value and request is not None:
        value = request.POST.get("login") or request.POST.get("username")
    # The column that keeps it is 255 characters wide.
    return User.objects.normalize_email(str(value or "").replace("\x00", ""))[:255]
