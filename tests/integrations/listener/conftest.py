"""A listener that runs in this process, and senders that speak to it over real sockets."""

from __future__ import annotations

from asyncio import events

import pytest

from integrations.mapping_rows import default_rows
from integrations.models import ConnectionKind
from tests.factories.connections import a_connection, a_mapping
from tests.factories.running_listener import Running


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


@pytest.fixture
def no_loop():
    """A main thread that runs no event loop: the browser of other tests of this process leaves its own there, asleep."""
    asleep = events._get_running_loop()
    events._set_running_loop(None)
    yield
    events._set_running_loop(asleep)
