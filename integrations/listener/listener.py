"""The listener: opens a port for each incoming connection that is on, follows what people change, and says that it lives."""

from __future__ import annotations

import asyncio
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from integrations.listener.bounds import HeldBytes
from integrations.listener.counts import Counts
from integrations.listener.open_port import OpenPort
from integrations.listener.ports import ports_in_use, take_over
from integrations.services.listener_heartbeats import Beat, say_goodbye, write_beat, write_start

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from integrations.listener.ports import Port

log = structlog.get_logger(__name__)

LOOK_AGAIN_SECONDS = 5.0
NOTHING_IS_ON = "No connection for incoming messages is on; looking again."  # not translated
_THREADS = 4
"""Messages that are carried out at once. A thread holds a connection to the database."""
_CLOSING_SECONDS = 5.0
_Given = ParamSpec("_Given")
_Done = TypeVar("_Done")


class Listener:
    """All open ports. `say` gets a line for whoever watches, of what is opened, closed and cannot be.

    `mark` is a file that is touched every round: a probe without a database sees by its time that the listener goes round.
    """

    def __init__(self, *, name: str, say: Callable[[str], None], mark: Path) -> None:
        self._name = name
        self._say = say
        self._mark = mark
        self._open: dict[UUID, OpenPort] = {}
        self._problems: dict[UUID, str] = {}
        self._said_nothing_is_on = False
        self._counts = Counts()
        self._held = HeldBytes()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="listener")

    async def run(self, stop: asyncio.Event) -> None:
        """Go round until told to stop, then close everything."""
        try:
            await self._tell(write_start, self._name)
            while not stop.is_set():
                await self.go_round()
                try:
                    await asyncio.wait_for(stop.wait(), LOOK_AGAIN_SECONDS)
                except TimeoutError:
                    continue
        finally:
            await self.close()

    async def go_round(self) -> None:
        """Open and close ports as the connections say now, and write the heartbeat.

        While the database is away what is open stays open: messages are not acknowledged, and come again.
        """
        try:
            await self._follow(await self._in_thread(ports_in_use))
            await self._in_thread(write_beat, self.beat())
        except (DatabaseError, InterfaceError) as error:
            log.warning("listener_without_database", because=type(error).__name__)
        try:
            self._mark.touch()
        except OSError as error:
            log.warning("listener_leaves_no_mark", because=error.strerror)

    def address_of(self, connection: UUID) -> tuple[str, int]:
        """Where it listens for a connection; raises `KeyError` where it does not."""
        return self._open[connection].address

    def beat(self) -> Beat:
        """What it has to say of itself."""
        return Beat(
            name=self._name,
            ports=len(self._open),
            sessions=sum(port.sessions for port in self._open.values()),
            answered=self._counts.answered,
            unanswered=self._counts.unanswered,
            turned_away=self._counts.turned_away,
            unreadable=self._counts.unreadable,
            problem=" ".join(self._problems.values()),
        )

    async def close(self) -> None:
        """Close every port and every connection to the database."""
        await asyncio.gather(*(self._shut(connection) for connection in list(self._open)))
        await self._tell(say_goodbye, self._name)
        await asyncio.to_thread(self._end_threads)

    async def _follow(self, wanted: list[Port]) -> None:
        by_connection = {port.connection: port for port in wanted}
        self._problems = {key: said for key, said in self._problems.items() if key in by_connection}
        changed = [key for key, opened in self._open.items() if by_connection.get(key) != opened.port]
        await asyncio.gather(*(self._shut(key) for key in changed))
        for key, port in by_connection.items():
            if key not in self._open:
                await self._open_one(port)
        if not by_connection and not self._said_nothing_is_on:
            self._say(NOTHING_IS_ON)
        self._said_nothing_is_on = not by_connection

    async def _open_one(self, port: Port) -> None:
        async def take(message: bytes) -> bytes:
            return await self._in_thread(take_over, port.connection, message)

        opened = OpenPort(port, take=take, held=self._held, counts=self._counts)
        try:
            await opened.open()
        except (OSError, ssl.SSLError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            problem = f"Port {port.port} of connection {port.connection} cannot be opened: {why}."  # not translated
            if self._problems.get(port.connection) != problem:
                self._say(problem)
            self._problems[port.connection] = problem
            return
        self._problems.pop(port.connection, None)
        self._open[port.connection] = opened
        host, number = opened.address
        with_tls = " (TLS)" if port.certificates else ""
        self._say(f"Listening for {port.name} at {host}:{number}{with_tls}.")  # not translated

    async def _shut(self, connection: UUID) -> None:
        opened = self._open.pop(connection)
        await opened.close()
        self._say(f"No longer listening for {opened.port.name}.")  # not translated

    async def _tell(self, write: Callable[[str], None], what: str) -> None:
        """Write something of the listener; what cannot be written is not worth ending for."""
        try:
            await self._in_thread(write, what)
        except (DatabaseError, InterfaceError) as error:
            log.warning("listener_without_database", because=type(error).__name__)

    async def _in_thread(self, function: Callable[_Given, _Done], *args: _Given.args, **kwargs: _Given.kwargs) -> _Done:
        work = partial(_on_a_fresh_connection, partial(function, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _end_threads(self) -> None:
        """Have every thread close its connection to the database, which nobody else can."""
        all_here = threading.Barrier(_THREADS)

        def last() -> None:
            all_here.wait(_CLOSING_SECONDS)
            connections.close_all()

        for _ in range(_THREADS):
            self._threads.submit(last)
        self._threads.shutdown()


def _on_a_fresh_connection(work: Callable[[], _Done]) -> _Done:
    """Do something in a thread as in a request: with a connection to the database that is neither broken nor too old."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
