"""A listener for messages over MLLP that runs in this process."""

from __future__ import annotations

import asyncio
import threading

from integrations.listener.listener import Listener
from tests.factories.mllp_sender import PATIENCE, Sender


class Running:
    """A listener whose rounds a test makes, so that nothing is waited for."""

    def __init__(self, mark):
        self.said = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.listener = Listener(name="test", say=self.said.append, mark=mark)
        self.senders = []

    def do(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def go_round(self):
        self.do(self.listener.go_round())

    def sender(self, connection, context=None):
        """Somebody who connects to the port of a connection."""
        address = self.listener.address_of(connection.pk)
        self.senders.append(Sender(address, context))
        return self.senders[-1]

    def end(self):
        for sender in self.senders:
            sender.close()
        self.do(self.listener.close())
        self.do(self.loop.shutdown_asyncgens())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()
