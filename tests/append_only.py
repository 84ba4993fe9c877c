"""Lets the suite empty its database between transactional tests, which the append-only triggers refuse. A pytest plugin."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager

import pytest
from django.db import connections
from django.test import TransactionTestCase

_PATTERN = "append_only_%"


@contextmanager
def triggers_lifted(connection):
    """Take every append-only trigger off for the length of a block, and put each back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A table with foreign keys still to be checked is not altered: check them now, and from here on at once.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE %s", [_PATTERN])
            off = [f'ALTER TABLE {table} DISABLE TRIGGER "{name}"' for table, name in cursor.fetchall()]
            on = [statement.replace(" DISABLE ", " ENABLE ") for statement in off]
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [_PATTERN])
            found = cursor.fetchall()
            off = [f'DROP TRIGGER "{name}"' for name, _ in found]
            on = [sql for _, sql in found]
        for statement in off:
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in on:
                cursor.execute(statement)


@pytest.fixture(autouse=True, scope="session")
def _emptied_past_the_triggers(_kept_database):
    """Transactional tests end with an empty database: as it was kept, or with a flush of every table, triggers lifted."""
    flush = TransactionTestCase._fixture_teardown

    def put_back(self):
        connection = connections["default"]
        if _kept_database is None:
            with triggers_lifted(connection):
                flush(self)
        else:
            connection.ensure_connection()
            with closing(sqlite3.connect(f"{_kept_database.as_uri()}?mode=ro", uri=True)) as kept:
                kept.backup(connection.connection)

    TransactionTestCase._fixture_teardown = put_back
    yield
    TransactionTestCase._fixture_teardown = flush
