"""`manage.py verify_decisions`: are the readers' decisions still what they made?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.models import Action, Outcome
from audit.services import record
from oversight.services.decision_check import MOST_FAULTS, check_decisions


class Command(BaseCommand):
    """Exit status 0 when every decision holds, 1 with a line for each that does not."""

    help = "Compare every review action, decision and read cell with the digests in the audit trail; exit 1 on a fault."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, say what was found, and record that it was done."""
        found = check_decisions()
        record(
            actor=None,
            action=Action.VERIFY,
            object_type="review.decision",
            outcome=Outcome.SUCCESS if found.intact else Outcome.FAILURE,
            reason=found.faults[0] if found.faults else "",
            after={"actions": found.actions, "cells": found.cells, "faults": len(found.faults)},
        )
        if not found.intact:
            more = " (and perhaps more)" if len(found.faults) == MOST_FAULTS else ""
            raise CommandError("\n".join([f"{len(found.faults)} faults{more}:", *found.faults]))
        self.stdout.write(f"Every decision holds: {found.actions} actions, {found.cells} cells read by people.")
