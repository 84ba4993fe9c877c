"""`manage.py verify_decisions`: are the reviewers' decisions still what they made?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oversight.services.decision_check import MOST_FAULTS, verify_decisions


class Command(BaseCommand):
    """Exit status 0 when every decision holds, 1 with a line for each that does not."""

    help = "Compare every review action, decision and read cell with the digests in the audit trail; exit 1 on a fault."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say what was found."""
        found = verify_decisions(actor=None)
        if not found.intact:
            more = " (and perhaps more)" if len(found.faults) == MOST_FAULTS else ""
            raise CommandError("\n".join([f"{len(found.faults)} faults{more}:", *found.faults]))
        self.stdout.write(f"Every decision holds: {found.actions} actions, {found.cells} cells reviewed by people.")
