"""Make single columns of a table refuse change in the database itself, on SQLite and on PostgreSQL.

What an image is and where a cell lies are evidence: a report signed over them must not find them moved to another
case or drawn elsewhere, whoever holds the database password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

from audit.triggers import PREFIX as APPEND_ONLY
from audit.triggers import AppendOnly, Guard, trigger_names

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


_ANOTHER_PERSON = """
OLD.state NOT IN ('draft', 'submitted', 'analysing', 'ready', 'cancelled', 'rejected') OR NOT EXISTS (
    SELECT 1 FROM cases_patient
    WHERE (id = OLD.patient_id AND merged_into_id = NEW.patient_id)
    OR (id = NEW.patient_id AND merged_into_id = OLD.patient_id)
)
"""


class OnePerson(Guard):
    """Migration operation: from now on a case is given another patient only where both are one person, and nobody signed.

    That is what merging two patients does, and undoing it. Repeat it like `FrozenColumns` after SQLite remakes the table.
    """

    reversible = True
    reduces_to_sql = True
    table = "cases_case"
    _name = "one_person_cases_case"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the migration writer spells this operation."""
        return (self.__class__.__qualname__, [], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the trigger."""
        vendor = schema_editor.connection.vendor
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        head = f'CREATE TRIGGER "{self._name}" BEFORE UPDATE ON "{self.table}" FOR EACH ROW'
        if vendor == "postgresql":
            body = f"""CREATE OR REPLACE FUNCTION one_person_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {_ANOTHER_PERSON} THEN
        RAISE EXCEPTION 'a case stays with its patient: change refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$"""
            schema_editor.execute(body, params=None)
            differs = "OLD.patient_id IS DISTINCT FROM NEW.patient_id"
            schema_editor.execute(f"{head} WHEN ({differs}) EXECUTE FUNCTION one_person_refuse()", params=None)
        else:
            raise_ = "BEGIN SELECT RAISE(ABORT, 'a case stays with its patient: change refused'); END"
            schema_editor.execute(
                f"{head} WHEN (OLD.patient_id IS NOT NEW.patient_id AND ({_ANOTHER_PERSON})) {raise_}", params=None
            )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the trigger."""
        of_table = f' ON "{self.table}"' if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{self._name}"{of_table}', params=None)

    def guards(self, vendor: str) -> list[str]:
        """Names of the triggers that it made."""
        return [self._name]

    def describe(self) -> str:
        """One line for `migrate --plan`."""
        return "A case stays with its person"  # not translated


class OrderOfDrafts(Guard):
    """Migration operation: from now on the number of an image within its case changes only while the case is a draft.

    Repeat it like `FrozenColumns` after SQLite remakes the table.
    """

    reversible = True
    reduces_to_sql = True
    table = "cases_smearimage"
    _name = "order_of_drafts_cases_smearimage"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the migration writer spells this operation."""
        return (self.__class__.__qualname__, [], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the trigger."""
        self.database_backwards(app_label, schema_editor, from_state, to_state)
        head = f'CREATE TRIGGER "{self._name}" BEFORE UPDATE ON "{self.table}" FOR EACH ROW'
        no_draft = "NOT EXISTS (SELECT 1 FROM cases_case WHERE id = OLD.case_id AND state = 'draft')"
        if schema_editor.connection.vendor == "postgresql":
            body = f"""CREATE OR REPLACE FUNCTION order_of_drafts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {no_draft} THEN
        RAISE EXCEPTION 'the order of images stays as it was submitted: change refused' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$"""
            schema_editor.execute(body, params=None)
            differs = "OLD.ordinal IS DISTINCT FROM NEW.ordinal"
            schema_editor.execute(f"{head} WHEN ({differs}) EXECUTE FUNCTION order_of_drafts_refuse()", params=None)
        else:
            raise_ = "BEGIN SELECT RAISE(ABORT, 'the order of images stays as it was submitted: change refused'); END"
            schema_editor.execute(f"{head} WHEN (OLD.ordinal IS NOT NEW.ordinal AND {no_draft}) {raise_}", params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the trigger."""
        of_table = f' ON "{self.table}"' if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f'DROP TRIGGER IF EXISTS "{self._name}"{of_table}', params=None)

    def guards(self, vendor: str) -> list[str]:
        """Names of the triggers that it made."""
        return [self._name]

    def describe(self) -> str:
        """One line for `migrate --plan`."""
        return "The order of images changes in drafts alone"  # not translated


class Lift(Operation):
    """Migration operation: take a guard off that names a table which SQLite is about to remake; set the guard again after it."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the migration writer spells this operation."""
        return (self.__class__.__qualname__, [self.guard], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are no part of the model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers of the guard."""
        self.guard.database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create them again."""
        self.guard.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """One line for `migrate --plan`."""
        return f"For this migration alone, not: {self.guard.describe()}"


class FrozenColumns(Guard):
    """Migration operation: from now on the named columns of `table` keep the value of their insert.

    SQLite drops a table's triggers when a later migration remakes the table: repeat this operation after such a
    migration. It is safe to run twice. With `keep_rows` no row is deleted either. The text of an `emptied` column may become
    empty, for good: words about people, which a pseudonymisation takes away.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self, table: str, columns: list[str], *, keep_rows: bool = False, emptied: list[str] | None = None
    ) -> None:
        self.table = table
        self.columns = columns
        self.keep_rows = keep_rows
        self.emptied = emptied or []

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the migration writer spells this operation."""
        named = {"keep_rows": self.keep_rows, "emptied": self.emptied}
        return (
            self.__class__.__qualname__,
            [self.table, self.columns],
            {name: value for name, value in named.items() if value},
        )

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
        for name in self._names:
            schema_editor.execute(self._drop(schema_editor.connection.vendor, name), params=None)

    def guards(self, vendor: str) -> list[str]:
        """Names of the triggers that it made on `table`."""
        return list(self._names if self.keep_rows else self._names[:1])

    def describe(self) -> str:
        """One line for `migrate --plan`."""
        return f"Freeze {', '.join(self.columns)} of {self.table}"  # not translated

    @property
    def _names(self) -> tuple[str, str]:
        """The guard of the columns and that of the rows."""
        return f"{PREFIX}_{self.table}"[:63], f"{APPEND_ONLY}_delete_{self.table}"[:63]

    def _drop(self, vendor: str, name: str) -> str:
        of_table = f' ON "{self.table}"' if vendor == "postgresql" else ""
        return f'DROP TRIGGER IF EXISTS "{name}"{of_table}'

    def _statements(self, vendor: str) -> list[str]:
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"  # not translated
        # Every save names every column: only a different value is a change.
        changed = " OR ".join(
            [
                *(f'OLD."{column}" {differs} NEW."{column}"' for column in self.columns),
                *(
                    f'(OLD."{column}" {differs} NEW."{column}" AND NEW."{column}" {differs} \'\')'
                    for column in self.emptied
                ),
            ]
        )
        columns, rows = self._names
        head = f'CREATE TRIGGER "{columns}" BEFORE UPDATE ON "{self.table}" FOR EACH ROW WHEN ({changed})'
        keep = f'CREATE TRIGGER "{rows}" BEFORE DELETE ON "{self.table}" FOR EACH ROW'
        if vendor == "postgresql":
            refuse = "EXECUTE FUNCTION frozen_columns_refuse()"
            made = [_POSTGRESQL_FUNCTION, f"{head} {refuse}", f"{keep} {refuse}"]
        else:
            refuse = f"BEGIN SELECT RAISE(ABORT, '{self.table} keeps what it was written with: change refused'); END"
            made = [f"{head} {refuse}", f"{keep} {refuse}"]
        return [*(self._drop(vendor, name) for name in self._names), *(made if self.keep_rows else made[:-1])]


class AppendOnlyButEmptied(AppendOnly):
    """Migration operation: `AppendOnly`, of which the text of one column may become empty, once and for good.

    For words about people, which a pseudonymisation empties. `columns` are all the others. Repeat it like `AppendOnly`.
    """

    def __init__(self, table: str, columns: list[str], *, emptied: str) -> None:
        super().__init__(table)
        self.columns = columns
        self.emptied = emptied

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How the migration writer spells this operation."""
        return (self.__class__.__qualname__, [self.table, self.columns], {"emptied": self.emptied})

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers, the one of changes under a condition."""
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        vendor = schema_editor.connection.vendor
        name = trigger_names(vendor, self.table)[0]
        postgresql = vendor == "postgresql"
        differs = "IS DISTINCT FROM" if postgresql else "IS NOT"  # not translated
        changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in self.columns)
        words = f'OLD."{self.emptied}" {differs} NEW."{self.emptied}" AND NEW."{self.emptied}" {differs} \'\''
        refuse = (
            "EXECUTE FUNCTION append_only_refuse()"
            if postgresql
            else f"BEGIN SELECT RAISE(ABORT, '{self.table} is append-only: UPDATE refused'); END"
        )
        of_table = f' ON "{self.table}"' if postgresql else ""
        head = f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{self.table}" FOR EACH ROW'
        schema_editor.execute(f'DROP TRIGGER "{name}"{of_table}', params=None)
        schema_editor.execute(f"{head} WHEN ({changed} OR ({words})) {refuse}", params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Refuse every change, as before."""
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """One line for `migrate --plan`."""
        return f"Make {self.table} append-only but for {self.emptied}, which may become empty"  # not translated
