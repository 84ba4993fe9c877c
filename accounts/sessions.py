"""Where browser sessions are stored: in the database, where no request undoes what another one wrote."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone


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
