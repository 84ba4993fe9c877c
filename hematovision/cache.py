"""The cache of an installation with Redis: while Redis is away it is empty, but where it guards sign-in."""

from __future__ import annotations

import json
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from django.utils.translation import gettext as _
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as TooSlow
from redis.retry import Retry

from hematovision.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

log = structlog.get_logger(__name__)

Found = TypeVar("Found")

GUARDS_SIGN_IN = ("allauth:", "allauth.", "sign-in:", "axes")
"""How keys begin that count tries or remember used codes: forgotten, they would let anybody guess on."""

PATIENCE_SECONDS = 1.0
"""A request waits this long for a connection and for an answer. Redis beside the web process takes a millisecond."""

ASK_AGAIN_SECONDS = 5.0
"""After an answer that did not come Redis is left alone this long, so that not every key of a page waits for it."""

# What Redis says when it cannot serve: it is away, loading, full, or a copy that takes no writes.
_AWAY = (NotConnected, TooSlow, OutOfMemoryError, ReadOnlyError)

_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": PATIENCE_SECONDS,
    "socket_timeout": PATIENCE_SECONDS,
    # Once, at once: a connection from before a restart of Redis is only noticed when it is used.
    "retry": Retry(NoBackoff(), 1),
}


class JsonValues:
    """How values are kept: as JSON, where Django pickles them. Who can write to Redis must not run code in the web process."""

    def dumps(self, value: Any) -> str:
        """Return what is stored; raises TypeError for what JSON cannot say. Whole numbers stay numbers for `incr`."""
        return json.dumps(value)

    def loads(self, stored: bytes) -> Any:
        """Return the value; raises ValueError for what was not written here."""
        return json.loads(stored)


class ForgivingRedisCache(RedisCache):
    """Django's cache over Redis, in which an unreachable Redis is an empty cache: reads miss, writes vanish.

    Keys that guard sign-in raise `Unavailable` instead. That Redis went away is logged once, and once that it is back.
    """

    # Of the process: Django makes a backend for each thread.
    _away_until: dict[str, float] = {}

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"serializer": JsonValues, **_OPTIONS, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._server = server

    def add(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:  # type: ignore[assignment]
        """True while Redis is away: nobody has put the key there."""
        ask = super().add
        return self._asked([key], lambda: ask(key, value, timeout, version), away=True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The default while Redis is away."""
        ask = super().get
        return self._asked([key], lambda: ask(key, default, version), away=default)

    def set(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:  # type: ignore[assignment]
        """Nothing while Redis is away."""
        ask = super().set
        self._asked([key], lambda: ask(key, value, timeout, version), away=None)

    def touch(self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:  # type: ignore[assignment]
        """False while Redis is away: there is no such key."""
        ask = super().touch
        return self._asked([key], lambda: ask(key, timeout, version), away=False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """False while Redis is away: there is no such key."""
        ask = super().delete
        return self._asked([key], lambda: ask(key, version), away=False)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """Nothing while Redis is away."""
        ask, wanted = super().get_many, list(keys)
        return self._asked(wanted, lambda: ask(wanted, version), away={})

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """False while Redis is away."""
        ask = super().has_key
        return self._asked([key], lambda: ask(key, version), away=False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError while Redis is away, as for any key that is not there."""
        ask = super().incr
        found = self._asked([key], lambda: ask(key, delta, version), away=None)
        if found is None:
            raise ValueError(f"Key {key!r} not found.")
        return found

    def set_many(
        self,
        data: Mapping[Any, Any],
        timeout: float | None = DEFAULT_TIMEOUT,  # type: ignore[assignment]
        version: int | None = None,
    ) -> list[Any]:
        """No failed keys while Redis is away: what is not kept is asked for again."""
        ask = super().set_many
        return self._asked(data, lambda: ask(data, timeout, version), away=[])  # type: ignore[arg-type]

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        """Nothing while Redis is away."""
        ask, gone = super().delete_many, list(keys)
        self._asked(gone, lambda: ask(gone, version), away=None)

    def clear(self) -> None:
        """Nothing while Redis is away: an empty cache is clear."""
        self._asked([], super().clear, away=None)

    def _asked(self, keys: Iterable[Any], ask: Callable[[], Found], *, away: Found) -> Found:
        until = self._away_until.get(self._server)
        if until is not None and monotonic() < until:
            return self._without_redis(keys, away)
        try:
            found = ask()
        except _AWAY as error:
            self._away_until[self._server] = monotonic() + ASK_AGAIN_SECONDS
            if until is None:
                # The address may hold a password: the kind of error says enough.
                log.warning("cache_away", error=type(error).__name__)
            return self._without_redis(keys, away)
        if until is not None and self._away_until.pop(self._server, None) is not None:
            log.warning("cache_back")
        return found

    def _without_redis(self, keys: Iterable[Any], away: Found) -> Found:
        if any(str(key).startswith(GUARDS_SIGN_IN) for key in keys):
            raise Unavailable(
                _(
                    "Who you are cannot be checked at the moment: what counts the tries does not answer. Try again in a moment."
                ),
                code="sign_in_unavailable",
            )
        return away
