"""The database itself refuses to change or remove an event."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from audit.services import record
from audit.triggers import AppendOnly, missing_triggers

pytestmark = pytest.mark.django_db

TABLE = AuditEvent._meta.db_table

STATEMENTS = [
    f"UPDATE {TABLE} SET reason = 'nothing happened'",
    f"UPDATE {TABLE} SET hash = hash",
    f"DELETE FROM {TABLE}",
]
OF_VENDOR = {
    "sqlite": [f"INSERT OR REPLACE INTO {TABLE} SELECT * FROM {TABLE}"],
    "postgresql": [f"TRUNCATE {TABLE}"],
}


@pytest.mark.parametrize("statement", [*STATEMENTS, *OF_VENDOR[connection.vendor]])
def test_raw_sql_is_refused(amina, statement):
    event = record(actor=amina, action="view")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    event.refresh_from_db()
    assert event.reason == ""


def test_no_guard_is_missing_after_migration():
    assert missing_triggers(connection, TABLE) == []


def test_the_operation_can_be_repeated_and_reversed():
    guard = AppendOnly(TABLE)
    # Outside its `with` block: on SQLite that wants to be outside the test's transaction.
    editor = connection.SchemaEditorClass(connection)
    guard.database_forwards("audit", editor, None, None)
    assert missing_triggers(connection, TABLE) == []
    guard.database_backwards("audit", editor, None, None)
    assert len(missing_triggers(connection, TABLE)) == 3
    guard.database_forwards("audit", editor, None, None)
    assert missing_triggers(connection, TABLE) == []


def test_the_migration_writer_can_spell_the_operation():
    assert AppendOnly("a").deconstruct() == ("AppendOnly", ["a"], {})
    assert AppendOnly("a", primary_key="code").deconstruct() == ("AppendOnly", ["a"], {"primary_key": "code"})
