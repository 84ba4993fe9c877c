"""Make a table refuse UPDATE and DELETE in the database itself, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PREFIX = "append_only"

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION append_only_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$
"""


class Guard(Operation):
    """A migration operation that makes the database refuse changes; `verify_all` looks whether it still does."""

    table: str

    def guards(self, vendor: str) -> list[str]:
        """Names of the triggers that it made on `table`."""
        raise NotImplementedError


class AppendOnly(Guard):
    """Migration operation: from now on rows of `table` can be inserted and read, nothing else.

    SQLite drops a table's triggers when a later migration alters the table: repeat this operation after such a
    migration. It is safe to run twice.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, *, primary_key: str = "id") -> None:
        self.table = table
        self.primary_key = primary_key

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the migration writer spells this operation."""
        keywords = {} if self.primary_key == "id" else {"primary_key": self.primary_key}
        return (self.__class__.__qualname__, [self.table], keywords)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the model state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        """Create the triggers."""
        for statement in create_statements(schema_editor.connection.vendor, self.table, self.primary_key):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        """Drop the triggers."""
        for statement in drop_statements(schema_editor.connection.vendor, self.table):
            schema_editor.execute(statement, params=None)

    def guards(self, vendor: str) -> list[str]:
        """Names of the triggers that it made on `table`."""
        return trigger_names(vendor, self.table)

    def describe(self) -> str:
        """One line for `migrate --plan`."""
        return f"Make {self.table} append-only"  # not translated


def trigger_names(vendor: str, table: str) -> list[str]:
    """Names of the triggers that guard `table`."""
    # INSERT OR REPLACE in SQLite removes the old row without firing DELETE triggers, hence the third one there.
    events = ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete", "replace")
    return [f"{PREFIX}_{event}_{table}"[:63] for event in events]


def create_statements(vendor: str, table: str, primary_key: str = "id") -> list[str]:
    """SQL that guards `table`, after removing older guards of the same names."""
    update, delete, third = trigger_names(vendor, table)
    statements = drop_statements(vendor, table)
    if vendor == "postgresql":
        statements.append(_POSTGRESQL_FUNCTION)
        statements += [
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH {each} EXECUTE FUNCTION append_only_refuse()'
            for name, event, each in (
                (update, "UPDATE", "ROW"),
                (delete, "DELETE", "ROW"),
                (third, "TRUNCATE", "STATEMENT"),
            )
        ]
        return statements
    condition = f'WHEN EXISTS (SELECT 1 FROM "{table}" WHERE "{primary_key}" = NEW."{primary_key}") '  # noqa: S608
    for name, event, when in (
        (update, "UPDATE", ""),
        (delete, "DELETE", ""),
        (third, "INSERT", condition),
    ):
        statements.append(
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH ROW {when}'
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {event} refused'); END"
        )
    return statements


def drop_statements(vendor: str, table: str) -> list[str]:
    """SQL that removes the guards of `table` (for reversing a migration)."""
    names = trigger_names(vendor, table)
    if vendor == "postgresql":
        return [f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"' for name in names]
    return [f'DROP TRIGGER IF EXISTS "{name}"' for name in names]


def missing_triggers(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    """Names of guards of `table` that are gone or switched off."""
    present = triggers_on(connection, table)
    return [name for name in trigger_names(connection.vendor, table) if name not in present]


def triggers_on(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    """Names of the triggers of `table` that are switched on."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled IN ('O', 'A')"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    with connection.cursor() as cursor:
        cursor.execute(query, [table])
        return {row[0] for row in cursor.fetchall()}
