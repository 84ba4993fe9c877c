"""A worker keeps its connection to the database from task to task, and takes a new one when that broke off."""

import pytest
from celery import signals
from celery.fixups.django import DjangoWorkerFixup
from django.db import OperationalError, connection

from hematovision.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


def answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def test_a_task_that_ends_leaves_the_connection_to_the_next():
    assert answers()
    before = connection.connection

    DjangoWorkerFixup(app).close_database()

    assert connection.connection is before


def test_a_connection_that_broke_off_is_not_used_again():
    if connection.vendor != "postgresql":
        pytest.skip("only a server can end a connection")
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    signals.task_prerun.send(sender=None)

    assert answers()
