"""The world of the matrix, made once per worker process and module and rolled back after it."""

import pytest
from django.db import transaction

from tests.permissions.world import build


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Everybody and everything; each test puts back what it changed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
