"""Where browser sessions are stored, and when they end.

In the database, where no request undoes what another one wrote. A session ends when nothing happens in it for a while, and
at the latest `SESSION_MOST_SECONDS` after signing in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

_SIGNED_IN = "accounts.signed_in_at"


class SessionStore(db.SessionStore):
    """Sessions in the database. A request that changed nothing only moves the end of the session.

    Every request puts off the idle sign-out, and a page asks for many images at once. Were each of them to write back
    all that it had read, an image under way would undo what a form has just put into the session: its message, or the
    mark that the reviewer signed in again.
    """

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django calls it so
        """Write the session, or only its new end when nothing in it changed.

        Raises:
            UpdateError: the session has ended meanwhile.
        """
        if must_create or self.modified or self.session_key is None:
            super().save(must_create=must_create)
            return
        going_on = self.model.objects.filter(session_key=self.session_key, expire_date__gt=timezone.now())
        if not going_on.update(expire_date=self.get_expiry_date()):
            raise UpdateError


def start_session(session: SessionBase) -> None:
    """Count the time of `session` from now: somebody has signed in."""
    session[_SIGNED_IN] = timezone.now().timestamp()


def is_over(session: SessionBase) -> bool:
    """Whether somebody signed in to `session` too long ago. One from before this was kept counts from now."""
    if _SIGNED_IN not in session:
        start_session(session)
    return bool(timezone.now().timestamp() - session[_SIGNED_IN] >= settings.SESSION_MOST_SECONDS)


def renew_reference(session: SessionBase) -> None:
    """Give `session` another key, so that the old one opens nothing; what is in it stays, and so does its place in the list."""
    old = session.session_key
    session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=session.session_key)
