"""`manage.py verify_reports`: is every signed report there as it was signed?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hematovision.errors import Unavailable
from reports.services.report_check import verify_reports


class Command(BaseCommand):
    """Exit status 0 when every report holds, 1 with a line for each fault."""

    help = (
        "Verify content, PDF, images and signature of every signed report, and that none is missing; exit 1 on a fault."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say what was found; faults name ids, never a patient."""
        try:
            found = verify_reports()
        except Unavailable as error:
            raise CommandError(f"Nothing was found out. {error.sentence}") from error
        if not found.intact:
            raise CommandError("\n".join([f"Signed reports do not hold, {len(found.faults)} fault(s):", *found.faults]))
        self.stdout.write(f"Every signed report holds: {found.reports}.")
