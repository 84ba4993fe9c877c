"""Fixtures every test may ask for; each app adds its own in tests/<app>/conftest.py."""

import pytest
from django.core.cache import cache

pytest_plugins = ["tests.people", "tests.append_only"]


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Throttles and lock-outs of one test must not reach the next."""
    cache.clear()
    yield
    cache.clear()
