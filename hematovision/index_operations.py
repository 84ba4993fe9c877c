"""Migration operations for indexes of tables that are large and in use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import migrations

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class AddIndexInUse(migrations.AddIndex):
    """Add an index while others write; a migration that has one is not atomic. SQLite has one writer anyway."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the index, on PostgreSQL without locking the table."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        editor: Any = schema_editor
        model = to_state.apps.get_model(app_label, self.model_name)
        # A try that was cut short leaves an index that nothing uses under this name.
        editor.execute(f'DROP INDEX IF EXISTS "{self.index.name}"')
        editor.add_index(model, self.index, concurrently=True)


class DropIndexOfField(migrations.AlterField):
    """Take the index off a foreign key that another index begins with, without checking every row of the key again.

    SQLite would remake the table for it and lose its guards; there the index stays, and the next migration that remakes the
    table leaves it behind. A migration that has one is not atomic.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the index on PostgreSQL, without locking the table."""
        if schema_editor.connection.vendor != "postgresql":
            return
        table, column = self._place(app_label, to_state)
        with schema_editor.connection.cursor() as cursor:
            found = schema_editor.connection.introspection.get_constraints(cursor, table)
        for name, about in found.items():
            if about["index"] and about["columns"] == [column] and not (about["unique"] or about["primary_key"]):
                schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create it again on PostgreSQL."""
        if schema_editor.connection.vendor == "postgresql":
            table, column = self._place(app_label, to_state)
            name = f"{table}_{column}"[:63]
            schema_editor.execute(f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON "{table}" ("{column}")')

    def _place(self, app_label: str, state: Any) -> tuple[str, str]:
        model = state.apps.get_model(app_label, self.model_name)
        return model._meta.db_table, model._meta.get_field(self.name).column
