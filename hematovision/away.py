"""Parts of the installation that do not answer: told from defects, and answered with 503 or 507 and a sentence."""

from __future__ import annotations

import errno
from itertools import chain, repeat
from time import monotonic, sleep
from typing import TYPE_CHECKING, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from hematovision.errors import Gone, NoRoom, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from hematovision.errors import DomainError

log = structlog.get_logger(__name__)

Done = TypeVar("Done")

RETRY_AFTER_SECONDS = 10
"""What callers are told to wait. A database or a cache that is restarted takes about that long."""

PATIENCE_SECONDS = 90.0
"""A worker waits this long for a database that went away under its work, then gives the work up."""

# PostgreSQL's classes of errors in which the connection ends or none is given: connection exception, shutdown by an
# operator, crash, starting up, too many connections, and others that want resources.
_ENDED = ("08", "57P0", "53")
_FULL = "53100"
# What SQLite says of a file that it cannot reach, or that somebody has kept for too long.
_SQLITE_AWAY = ("unable to open database file", "disk i/o error", "database is locked")
_SQLITE_FULL = "database or disk is full"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class StorageAway(OSError):
    """The storage of clinical files does not answer, or refuses what it is asked: no fault of any one file."""


def storage_away() -> Unavailable:
    """The refusal for whoever needs a stored file while the storage is away."""
    sentence = _("The image files cannot be reached at the moment. Try again in a moment.")
    return Unavailable(sentence, code="storage_away")


def is_database_away(error: BaseException) -> bool:
    """Whether `error` says that the database cannot be reached now, rather than that a statement was wrong."""
    if isinstance(error, InterfaceError):
        return "closed" in str(error).lower()
    if not isinstance(error, OperationalError):
        return False
    said = str(error).lower()
    if any(words in said for words in _SQLITE_AWAY):
        return True
    code = _code(error)
    if code is None:
        # libpq gives no code for a connection that it could not make or that broke.
        return _is_of_postgresql(error)
    return code.startswith(_ENDED) and code != _FULL


def is_no_room(error: BaseException) -> bool:
    """Whether `error` says that a disk is full: ours, or the database's."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return isinstance(error, DatabaseError) and (_code(error) == _FULL or _SQLITE_FULL in str(error).lower())


def refusal_for(error: BaseException | None) -> DomainError | None:
    """The refusal that stands for `error` where a part is away, full or gone; None for a defect or any other refusal."""
    if isinstance(error, Gone | NoRoom | Unavailable):
        return error
    if error is None:
        return None
    if is_no_room(error):
        return NoRoom()
    if isinstance(error, StorageAway):
        return storage_away()
    if is_database_away(error):
        sentence = _("The database does not answer at the moment. Nothing was changed; try again in a moment.")
        return Unavailable(sentence, code="database_away")
    return None


def outlast_database(act: Callable[[], Done], *, again: Callable[[], Done] | None = None) -> Done:
    """Return what `act` does; where the database goes away under it, wait for it and do `again` (by default `act`).

    For workers, never for a request. The act must be one that may be done twice. Raises the database's error after
    PATIENCE_SECONDS, and at once inside a transaction, which is lost.
    """
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError) as error:
            if not is_database_away(error) or connection.in_atomic_block or not _database_is_back(deadline):
                raise
        act = again or act


def _database_is_back(deadline: float) -> bool:
    log.warning("waiting_for_the_database")
    for pause in chain((0.5, 1.0, 2.0), repeat(5.0)):
        connection.close()
        try:
            connection.ensure_connection()
        except (OperationalError, InterfaceError):
            if monotonic() + pause > deadline:
                return False
            sleep(pause)
        else:
            return True
    return False


def headers_of(status: int) -> dict[str, str]:
    """The headers that go with a refusal's status."""
    return {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == Unavailable.status else {}


def _code(error: BaseException) -> str | None:
    """PostgreSQL's five-character code of what went wrong (SQLSTATE), if it gave one."""
    code = getattr(error.__cause__, "pgcode", None)
    return str(code) if code else None


def _is_of_postgresql(error: BaseException) -> bool:
    return type(error.__cause__).__module__.startswith("psycopg2")
