"""A listener that runs in this process, and senders that speak to it over real sockets."""

from __future__ import annotations

import asyncio
import threading

import pytest

from integrations.listener.listener import Listener
from integrations.mapping_rows import default_rows
from integrations.models import ConnectionKind
from tests.factories.connections import a_connection, a_mapping
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


@pytest.fixture
def connection(transactional_db, central, ines, riverside):
    """An incoming connection of central-laboratory, for riverside, on a free port."""
    rows = default_rows() | {"authorities": [{"authority": "CLINIC1", "clinic": riverside.slug}]}
    mapping = a_mapping(central, ines, rows=rows, name="Orders")
    return a_connection(central, ines, ConnectionKind.MLLP_IN, mapping=mapping, port=0, networks=["127.0.0.0/8"])


@pytest.fixture
def running(connection, tmp_path):
    """A listener that has gone round once."""
    running = Running(tmp_path / "listener")
    running.go_round()
    yield running
    running.end()


@pytest.fixture
def sender(running, connection):
    """Somebody connected."""
    return running.sender(connection)
