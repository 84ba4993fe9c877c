"""System checks: whether this installation can sign, and whether the database still guards what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connections

from audit.triggers import missing_triggers
from reports.pdf import pango_is_there

TABLES = ("reports_report", "reports_signature", "reports_casemove")


@checks.register("reports")
def check_pdf(**_kwargs: Any) -> list[checks.CheckMessage]:
    """A PDF can be made."""
    if pango_is_there():
        return []
    return [
        checks.Warning(
            "Signed reports cannot be made: the library Pango is missing.",
            hint="Install Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core). "
            "Until then everything works but signing.",
            id="reports.W001",
        )
    ]


@checks.register(checks.Tags.database)
def check_guards(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """The tables of signed reports refuse changes."""
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        present = set(connection.introspection.table_names())
        found += [
            checks.Error(
                f"The table {table} no longer refuses changes.",
                hint="A trigger was dropped. Run manage.py verify_reports and verify_audit, then put the triggers back.",
                id="reports.E001",
            )
            for table in TABLES
            if table in present and missing_triggers(connection, table)
        ]
    return found
