"""One sender that is connected: its messages one after the other, each acknowledged before the next is taken."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import structlog
from django.db import InterfaceError, OperationalError

from integrations.defects import where_it_broke
from integrations.hl7.faults import UnreadableError
from integrations.hl7.mllp import Unframer, frame
from integrations.listener.bounds import IDLE_SECONDS, WRITE_SECONDS, Pace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from integrations.listener.bounds import HeldBytes
    from integrations.listener.counts import Counts

log = structlog.get_logger(__name__)

_CHUNK = 64 * 1024


class Session:
    """Reads frames and writes acknowledgements until the sender goes, is idle too long, or sends what is no message."""

    def __init__(
        self,
        stream_in: asyncio.StreamReader,
        stream_out: asyncio.StreamWriter,
        *,
        name: str,
        take: Callable[[bytes], Awaitable[bytes]],
        held: HeldBytes,
        counts: Counts,
    ) -> None:
        self._reader = stream_in
        self._writer = stream_out
        self._name = name
        self._take = take
        self._held = held
        self._counts = counts
        self._pace = Pace()
        self._ending = asyncio.Event()
        self._is_at_work = False

    def end(self) -> None:
        """Take no message after the one in hand; whoever waits for one is closed."""
        self._ending.set()
        if not self._is_at_work:
            self._writer.close()

    async def serve(self) -> None:
        """Go on until the end; whatever ends it, nobody else notices."""
        try:
            await self._serve()
        except UnreadableError as error:
            self._counts.unreadable += 1
            log.warning("sender_closed", connection=self._name, because=str(error))
        except TimeoutError:
            log.info("sender_closed", connection=self._name, because="idle")
        except (ConnectionError, ssl.SSLError, OSError):
            log.info("sender_gone", connection=self._name)
        except (OperationalError, InterfaceError) as error:
            # Unacknowledged: the sender repeats.
            self._counts.unanswered += 1
            log.warning("message_not_acknowledged", connection=self._name, because=type(error).__name__)
        except Exception as error:  # noqa: BLE001 (whatever it is, the sender is answered and others go on)
            self._counts.unanswered += 1
            log.error(  # noqa: TRY400 (the text of the exception may quote the message)
                "message_not_acknowledged",
                connection=self._name,
                because=type(error).__name__,
                where=where_it_broke(error),
            )
        finally:
            self._held.let_go(self)

    async def _serve(self) -> None:
        unframer = Unframer()
        while not self._ending.is_set():
            received = await asyncio.wait_for(self._reader.read(_CHUNK), IDLE_SECONDS)
            if not received:
                return
            messages = unframer.feed(received)
            # Those that wait for their turn are held as well.
            self._held.hold(self, unframer.held + sum(len(message) for message in messages))
            for message in messages:
                if self._ending.is_set():
                    return
                await self._answer(message)

    async def _answer(self, message: bytes) -> None:
        wait = self._pace.wait(asyncio.get_running_loop().time())
        if wait:
            await asyncio.sleep(wait)
        self._is_at_work = True
        try:
            answer = await self._take(message)
            self._counts.answered += 1
            self._writer.write(frame(answer))
            await asyncio.wait_for(self._writer.drain(), WRITE_SECONDS)
        finally:
            self._is_at_work = False
