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

pytest_plugins = [
    "tests.people",
    "tests.append_only",
    "tests.authenticator_app",
    "tests.migrated_database",
    "tests.running_server",
]


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


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Deal the tests out so that the processes end together: what a file makes for all its tests is made by one, slow first.

    Those that empty the database come last, as pytest-django has them: what migrations wrote is gone after them.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None and _shares_what_its_file_makes(item):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    yield
    items.sort(key=lambda item: (_empties_the_database(item), item.get_closest_marker("slow") is None))


def _empties_the_database(item):
    marker = item.get_closest_marker("django_db")
    is_asked = marker is not None and (marker.kwargs.get("transaction") or any(marker.args))
    return bool(is_asked) or not {"transactional_db", "live_server", "django_db_reset_sequences"}.isdisjoint(
        item.fixturenames
    )


def _shares_what_its_file_makes(item):
    made = item._fixtureinfo.name2fixturedefs.values()
    return any(each[-1].scope in {"module", "session"} and each[-1].baseid == item.parent.nodeid for each in made)


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
