"""Whether the object store answers: asked at most every few seconds, because anybody may ask /readyz."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import structlog

from cases.storage import clinical_storage

if TYPE_CHECKING:
    from django.core.files.storage import Storage

log = structlog.get_logger(__name__)

FRESH_SECONDS = 5.0
"""An answer counts for this long, so that a flood of questions is no flood of requests to the store."""


@runtime_checkable
class Remote(Protocol):
    """A storage that is another service: it may be away while this host is well."""

    def ask_briefly(self) -> None:
        """Raise OSError where it does not answer within a few seconds, or refuses."""


class Asked:
    """The last answer of a storage. One thread asks; whoever comes meanwhile takes the answer before it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: Storage | None = None
        self._at = 0.0
        self._answers = False

    def answers(self) -> bool | None:
        """Whether the object store answers; None where files lie in a folder."""
        storage = clinical_storage()
        if not isinstance(storage, Remote):
            return None
        known = self._of is storage
        if not self._lock.acquire(blocking=not known):
            return self._answers
        try:
            if self._of is not storage or monotonic() - self._at > FRESH_SECONDS:
                self._answers = _ask(storage)
                self._of, self._at = storage, monotonic()
            return self._answers
        finally:
            self._lock.release()


def _ask(storage: Remote) -> bool:
    try:
        storage.ask_briefly()
    except OSError as error:
        # Not its words: they hold the address and the bucket.
        log.warning("object_store_away", error=type(error.__cause__ or error).__name__)
        return False
    return True
