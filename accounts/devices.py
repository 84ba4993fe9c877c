"""Which browsers an account has been signed in from: a signed cookie, as OWASP describes device cookies.

It opens nothing. It says that somebody who knew the password has used this browser, so that a limit on guesses that comes
from elsewhere does not concern it. Workstations are shared, so one cookie remembers several people; a new password makes
every browser a stranger again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

KEPT_SECONDS = 180 * 24 * 3600
#: So many people of one workstation; who signed in longest ago is forgotten first.
MOST_PEOPLE = 12
_SALT = "accounts.devices"


def is_known_device(request: HttpRequest, email: str) -> bool:
    """Whether the account with this address was signed in from this browser, under its present password."""
    remembered = _read(request)
    if not remembered:
        return False
    user = User.objects.filter(email=email).only("pk", "password").first()
    return user is not None and constant_time_compare(remembered.get(str(user.pk), ""), _mark(user))


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Write on `response` that `user` signed in from this browser."""
    people = {person: mark for person, mark in _read(request).items() if person != str(user.pk)}
    people[str(user.pk)] = _mark(user)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(dict(list(people.items())[-MOST_PEOPLE:]), salt=_SALT),
        max_age=KEPT_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark(user: User) -> str:
    return salted_hmac(_SALT, f"{user.pk}.{user.password}", algorithm="sha256").hexdigest()[:32]


def _read(request: HttpRequest) -> dict[str, str]:
    """Whom the cookie names, oldest first; nobody where there is none or it was not written here."""
    try:
        found: Any = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=KEPT_SECONDS
        )
    except signing.BadSignature:
        return {}
    return {str(person): str(mark) for person, mark in found.items()} if isinstance(found, dict) else {}
