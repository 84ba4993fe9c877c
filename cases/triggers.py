"""Make single columns of a table refuse change in the database itself, on SQLite and on PostgreSQL.

What an image is and where a cell lies are evidence: a report signed over them must not find them moved to another
case or drawn elsewhere, whoever holds the database password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PREFIX = "frozen_columns"

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION frozen_columns_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what it was written with: change refused', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""


class FrozenColumns(Operation):
    """Migration operation: from now on the named columns of `table` keep the value of their insert.

    SQLite drops a table's triggers when a later migration remakes the table: repeat this operation after such a
    migration. It is safe to run twice.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, columns: list[str]) -> None:
        self.table = table
        self.columns = columns

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the migration writer spells this operation."""
        return (self.__class__.__qualname__, [self.table, self.columns], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the trigger."""
        for statement in self._statements(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the trigger."""
        schema_editor.execute(self._drop(schema_editor.connection.vendor), params=None)

    def describe(self) -> str:
        """One line for `migrate --plan`."""
        return f"Freeze {', '.join(self.columns)} of {self.table}"

    @property
    def _name(self) -> str:
        return f"{PREFIX}_{self.table}"[:63]

    def _drop(self, vendor: str) -> str:
        of_table = f' ON "{self.table}"' if vendor == "postgresql" else ""
        return f'DROP TRIGGER IF EXISTS "{self._name}"{of_table}'

    def _statements(self, vendor: str) -> list[str]:
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        # Every save names every column: only a different value is a change.
        changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in self.columns)
        head = f'CREATE TRIGGER "{self._name}" BEFORE UPDATE ON "{self.table}" FOR EACH ROW WHEN ({changed})'
        if vendor == "postgresql":
            return [self._drop(vendor), _POSTGRESQL_FUNCTION, f"{head} EXECUTE FUNCTION frozen_columns_refuse()"]
        refusal = f"{self.table} keeps what it was written with: change refused"
        return [self._drop(vendor), f"{head} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"]
