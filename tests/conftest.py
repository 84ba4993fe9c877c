"""Fixtures every test may ask for; each app adds its own in tests/<app>/conftest.py."""

import gc

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, settings

from cases.storage import clinical_storage

# How long an example takes tells of the computer and its load, not of the code: no test asserts a duration.
# The same examples in every run: whether the suite passes tells of the code, not of the dice.
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

pytest_plugins = ["tests.people", "tests.append_only", "tests.authenticator_app"]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Spare the collector what lives as long as the run: every library and every test, a million objects and more.

    It would look through all of them again and again, while they are loaded and at every test after that.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def _folder_of_the_files():
    """Rows of a test may name files that are nowhere; the folder is there all the same."""
    clinical_storage().mark()


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Throttles and lock-outs of one test must not reach the next."""
    cache.clear()
    yield
    cache.clear()
