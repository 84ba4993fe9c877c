"""What the audit trail itself can say about an installation: its chain, and the guards of every append-only table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from audit.models import AuditEvent
from audit.services import verify_chain
from audit.triggers import Guard, triggers_on
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_chain() -> Iterator[Finding]:
    """Every event and every checkpoint, from the first on."""
    found = verify_chain()
    if found.first_break is not None:
        yield Finding(AuditEvent._meta.label_lower, str(found.first_break.position), found.first_break.sentence)


def check_guards() -> Iterator[Finding]:
    """Every trigger with which a migration guards a table is there and switched on."""
    for table, names in expected_guards(connection.vendor).items():
        for name in sorted(names - triggers_on(connection, table)):
            yield Finding("database.trigger", name, f"The table {table} no longer refuses every change.")


def expected_guards(vendor: str) -> dict[str, set[str]]:
    """The triggers that migrations put on tables, by table."""
    found: dict[str, set[str]] = {}
    for migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.values():
        for operation in migration.operations:
            if isinstance(operation, Guard):
                found.setdefault(operation.table, set()).update(operation.guards(vendor))
    return dict(sorted(found.items()))
