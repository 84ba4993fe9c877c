"""Puts the database back after a test that commits, which the append-only triggers refuse. A pytest plugin."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing, contextmanager

import pytest
from django.core.management import call_command
from django.db import connections, transaction
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


class Rows:
    """What migrations wrote into a PostgreSQL database, as text by table."""

    def __init__(self) -> None:
        self.text: dict[str, str] = {}

    def keep(self, connection) -> None:
        """Read them, before the first test commits anything."""
        with connection.cursor() as cursor:
            for table in connection.introspection.django_table_names(only_existing=True):
                kept = io.StringIO()
                cursor.copy_expert(f'COPY "{table}" TO STDOUT', kept)
                if kept.getvalue():
                    self.text[table] = kept.getvalue()

    def write(self, connection) -> None:
        """Write them into the empty tables, whichever refers to which: constraints are checked at the end."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, text in self.text.items():
                cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.StringIO(text))


@pytest.fixture(autouse=True, scope="session")
def _emptied_past_the_triggers(_kept_database):
    """A test that commits leaves the database as migrations left it: whatever comes next may need what they wrote."""
    begin = TransactionTestCase.__dict__["_fixture_setup"]
    end = TransactionTestCase._fixture_teardown
    rows = Rows()

    def set_up(cls):
        if connections["default"].vendor == "postgresql" and not rows.text:
            rows.keep(connections["default"])
        begin.__get__(None, cls)()

    def put_back(self):
        connection = connections["default"]
        connection.ensure_connection()
        if _kept_database is not None:
            with closing(sqlite3.connect(f"{_kept_database.as_uri()}?mode=ro", uri=True)) as kept:
                kept.backup(connection.connection)
        elif rows.text:
            with triggers_lifted(connection):
                call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
            rows.write(connection)
        else:
            with triggers_lifted(connection):
                end(self)

    TransactionTestCase._fixture_setup, TransactionTestCase._fixture_teardown = classmethod(set_up), put_back
    yield
    TransactionTestCase._fixture_setup, TransactionTestCase._fixture_teardown = begin, end
