"""What is known about the request in progress, wherever in the code an event is recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(slots=True)
class RequestContext:
    """Where an action came from.

    `session_key` is read when an event is recorded, not when the request starts: signing in changes the key
    within the request.
    """

    request_id: str = ""
    ip: str | None = None
    token: str = ""
    request: HttpRequest | None = None

    @property
    def session(self) -> str:
        """SHA-256 of the session key (the key itself would let whoever reads the audit trail take the session over)."""
        session = getattr(self.request, "session", None)
        key = getattr(session, "session_key", None)
        return hashlib.sha256(key.encode()).hexdigest() if key else ""


_current: ContextVar[RequestContext | None] = ContextVar("audit_request_context", default=None)


def current() -> RequestContext:
    """The context of the request or task in progress; an empty one outside both."""
    return _current.get() or RequestContext()


def set_token(token_id: str) -> None:
    """Note that the request in progress authenticated with the API token `token_id` (its row id, not the secret)."""
    context = _current.get()
    if context is not None:
        context.token = token_id


@contextmanager
def bound(context: RequestContext) -> Iterator[RequestContext]:
    """Make `context` the current one for the length of a block (a request, a task, a command)."""
    reset = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(reset)
