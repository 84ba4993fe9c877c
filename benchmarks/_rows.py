"""Rows made in the database out of a table of numbers, so that ten million of them take minutes.

What a row says follows from its number alone: the same size is the same laboratory. Works on PostgreSQL and SQLite.
"""

import hashlib
import uuid
from typing import Any

PATHOLOGISTS = 4
MINUTES = 2 * 365 * 24 * 60
"""How long the laboratory has worked."""


def uuid_of(name: str) -> str:
    """The id of a row by its name, as the database makes it."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def as_uuid(name: str) -> uuid.UUID:
    """The id of a row by its name, as Python has it."""
    return uuid.UUID(uuid_of(name))


class Writer:
    """Writes rows made of expressions over other rows; columns that are not named get the default of their field."""

    def __init__(self, connection: Any, cases: int) -> None:
        self.connection, self.cases = connection, cases
        self.postgresql = connection.vendor == "postgresql"
        if not self.postgresql:
            connection.ensure_connection()
            connection.connection.create_function("md5", 1, lambda text: uuid_of(str(text)), deterministic=True)

    def run(self, sql: str, parameters: Any = ()) -> None:
        """Execute one statement."""
        with self.connection.cursor() as cursor:
            # Without parameters nothing is filled in, and a doubled percent sign stays one.
            cursor.execute(sql, parameters) if parameters else cursor.execute(sql.replace("%%", "%"))

    def numbers(self, most: int) -> None:
        """Make the table of the numbers from 1."""
        self.run("CREATE TEMPORARY TABLE numbers (i integer PRIMARY KEY)")
        count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT i FROM n"
        self.run(f"INSERT INTO numbers {count}", [most])
        self.analyse("numbers")

    def analyse(self, table: str = "") -> None:
        """Let the database count what lies in its tables, as it does by itself in time."""
        self.run(f"ANALYZE {table}")

    def uuid(self, name: str) -> str:
        """The id of a row by an expression that names it."""
        return f"md5({name}){'::uuid' if self.postgresql else ''}"

    def ago(self, minutes: str) -> str:
        """The time so many minutes ago."""
        if self.postgresql:
            return f"(now() - ({minutes}) * interval '1 minute')"
        return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', (-({minutes})) || ' minutes')"

    def json(self, text: str) -> str:
        """An expression that is JSON text."""
        return f"({text})::jsonb" if self.postgresql else text

    def insert(self, model: Any, columns: dict[str, str], source: str, parameters: Any = ()) -> None:
        """Insert a row a row of `source`, with `columns` as expressions over it."""
        names, values, defaults = [], [], []
        for field in model._meta.concrete_fields:
            if field.column in columns:
                value = columns[field.column]
            elif field.null or (field.primary_key and not field.has_default()):
                continue
            else:
                value = "%s"
                defaults.append(field.get_db_prep_save(field.get_default(), self.connection))
            names.append(f'"{field.column}"')
            values.append(value)
        listed = ", ".join(names)
        self.run(
            f'INSERT INTO "{model._meta.db_table}" ({listed}) SELECT {", ".join(values)} FROM {source}',
            [*defaults, *parameters],
        )


def drawn(number: str, salt: int, below: int) -> str:
    """A whole number from 0 up to `below`, the same for the same `number`."""
    return f"CAST((CAST(({number}) AS bigint) * 7919 + {salt * 104729}) %% 1000003 %% {below} AS integer)"
