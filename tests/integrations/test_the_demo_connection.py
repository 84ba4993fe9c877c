"""The demo has a connection to look at, which is off, and is made once."""

from __future__ import annotations

import pytest

from accounts.demo import seed_people
from integrations.kinds import missing_settings
from integrations.models import Connection, ConnectionState
from integrations.services.demo_connections import seed_connections

pytestmark = pytest.mark.django_db


def test_one_connection_that_is_complete_and_off(settings):
    settings.DEMO_ACCOUNTS = True
    seed_people()
    assert (seed_connections(), seed_connections()) == (1, 0)
    made = Connection.objects.get()
    assert made.state == ConnectionState.OFF
    assert list(missing_settings(made)) == []
    assert made.mapping.versions.count() == 2
