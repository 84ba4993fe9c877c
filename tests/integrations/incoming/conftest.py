"""A connection over which a LIS sends for riverside and hilltop."""

from __future__ import annotations

import pytest
from django.utils import timezone

from integrations.hl7.ack import parse_answer
from integrations.mapping_rows import default_rows
from integrations.models import ConnectionKind
from integrations.services.incoming import take
from tests.factories.connections import a_connection, a_mapping


@pytest.fixture
def rows(riverside, hilltop):
    """What the mapping of the connection says."""
    authorities = [
        {"authority": "CLINIC1", "clinic": riverside.slug},
        {"authority": "CLINIC2", "clinic": hilltop.slug},
    ]
    return default_rows() | {"authorities": authorities}


@pytest.fixture
def connection(central, ines, rows):
    """An incoming connection of central-laboratory."""
    mapping = a_mapping(central, ines, rows=rows, name="Orders")
    return a_connection(central, ines, ConnectionKind.MLLP_IN, mapping=mapping)


@pytest.fixture
def send(connection):
    """Send a message over the connection; returns what was answered."""

    def send_over(content, over=None):
        return parse_answer(take(over or connection, content, timezone.now()), charset="UNICODE UTF-8")

    return send_over
