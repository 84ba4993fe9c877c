"""Compare every signed report with what was signed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.models import Action
from audit.services import record
from reports.models import Report
from reports.verification import verify_report


class Command(BaseCommand):
    help = "Verifies content, PDF, images and signature of every signed report; fails when one does not hold."

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk all versions, reading every picture; name what does not hold by its id, never by patient."""
        checked, broken = 0, 0
        rows = Report.objects.select_related("key", "previous").order_by("created_at", "pk")
        for report in rows.iterator(chunk_size=50):
            found = verify_report(report, thorough=True)
            checked += 1
            if not found.intact:
                broken += 1
                self.stderr.write(f"{report.pk} (version {report.version}): {' '.join(found.faults)}")
        record(
            actor=None,
            action=Action.VERIFY,
            object_type="reports.report",
            reason="" if not broken else "Signed reports do not hold.",
            after={"checked": checked, "broken": broken},
        )
        if broken:
            raise CommandError(f"{_reports(broken)} of {checked} {'is' if broken == 1 else 'are'} not what was signed.")
        self.stdout.write(f"{_reports(checked)} {'holds' if checked == 1 else 'hold'}.")


def _reports(number: int) -> str:
    return f"{number} report{'' if number == 1 else 's'}"
