"""A port that is open, with the senders connected to it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from integrations.listener.bounds import MOST_SESSIONS, HeldBytes
from integrations.listener.session import Session
from integrations.listener.tls import context_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from integrations.listener.counts import Counts
    from integrations.listener.ports import Port

log = structlog.get_logger(__name__)

_HANDSHAKE_SECONDS = 10.0
_LAST_WORD_SECONDS = 10.0
_CLOSING_SECONDS = 5.0


class OpenPort:
    """Lets senders of the allowed networks in, as many as there are places."""

    def __init__(
        self, port: Port, *, take: Callable[[bytes], Awaitable[bytes]], held: HeldBytes, counts: Counts
    ) -> None:
        self.port = port
        self._take = take
        self._held = held
        self._counts = counts
        self._sessions: dict[Session, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None

    @property
    def sessions(self) -> int:
        """How many senders are connected."""
        return len(self._sessions)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        if self._server is None:
            raise ValueError("The port is not open.")
        host, port, *_ = self._server.sockets[0].getsockname()
        return host, port

    async def open(self) -> None:
        """Begin to listen; raises `OSError` where the address cannot be had, `ssl.SSLError` or `ValueError` for bad certificates."""
        context = context_of(self.port.certificates) if self.port.certificates is not None else None
        self._server = await asyncio.start_server(
            self._connected,
            self.port.host,
            self.port.port,
            ssl=context,
            ssl_handshake_timeout=None if context is None else _HANDSHAKE_SECONDS,
        )

    async def close(self) -> None:
        """Listen no more, let the messages in hand be answered, then close every sender."""
        if self._server is not None:
            self._server.close()
        for session in self._sessions:
            session.end()
        if self._sessions:
            await asyncio.wait(self._sessions.values(), timeout=_LAST_WORD_SECONDS)

    async def _connected(self, stream_in: asyncio.StreamReader, stream_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        session = Session(
            stream_in, stream_out, name=str(self.port.connection), take=self._take, held=self._held, counts=self._counts
        )
        try:
            because = self._turns_away(stream_out)
            if because or task is None:
                self._counts.turned_away += 1
                log.warning("sender_turned_away", connection=str(self.port.connection), because=because)
                return
            self._sessions[session] = task
            await session.serve()
        finally:
            self._sessions.pop(session, None)
            stream_out.close()
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(stream_out.wait_closed(), _CLOSING_SECONDS)

    def _turns_away(self, stream_out: asyncio.StreamWriter) -> str:
        """Return why a sender is not let in, empty for one that is."""
        peer = stream_out.get_extra_info("peername")
        if peer is None:
            return "it has gone"
        if not self.port.admits(peer[0]):
            return "not of an allowed network"
        return "no place is free" if self.sessions >= MOST_SESSIONS else ""
