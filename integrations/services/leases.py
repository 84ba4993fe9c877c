"""Who sends over a connection now: one worker at a time, as long as it says so."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from integrations.models import Connection, ConnectionQuerySet

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_LEASE = dt.timedelta(minutes=10)


def free_at(now: dt.datetime) -> Q:
    """Return what is true of a connection that nobody holds: a lease further ahead than any is of a clock that jumped back."""
    return Q(lease_until__isnull=True) | Q(lease_until__lte=now) | Q(lease_until__gt=now + _LONGEST_LEASE)


class Lease:
    """The right to send over a connection, of one worker, until it ends; renewed before each message."""

    def __init__(self, connection: Connection, now: Callable[[], dt.datetime] = timezone.now) -> None:
        self._pk = connection.pk
        # Connecting, waiting for the answer, and once more where a kept connection was closed.
        self._lasts = dt.timedelta(seconds=60 + 3 * connection.ack_timeout)
        self._now = now
        self._holder = uuid.uuid4().hex

    def take(self) -> bool:
        """Take the lease where nobody has it."""
        now = self._now()
        free = Connection.objects.filter(free_at(now), pk=self._pk)
        # The conditional UPDATE is the claim: of two workers here at once, one changes the row.
        return bool(free.update(lease_holder=self._holder, lease_until=now + self._lasts))

    def renew(self) -> bool:
        """Hold it for longer; False where another worker has taken it."""
        return bool(self._ours().update(lease_until=self._now() + self._lasts))

    def release(self) -> None:
        """Give it back, where it is still ours."""
        self._ours().update(lease_holder="", lease_until=None)

    def _ours(self) -> ConnectionQuerySet:
        return Connection.objects.filter(pk=self._pk, lease_holder=self._holder)
