"""Who keeps the connections of central-laboratory."""

from __future__ import annotations

import pytest

from accounts.models import Role
from tests.people import person


@pytest.fixture
def zoe(central):
    """The second administrator of central-laboratory."""
    return person("Zoe", Role.ADMINISTRATOR, central)
