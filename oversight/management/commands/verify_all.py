"""`manage.py verify_all`: is everything in the record what was written?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hematovision.errors import Unavailable
from oversight.services.everything import MOST_FINDINGS, verify_everything


class Command(BaseCommand):
    """Exit status 0 when everything holds, 1 with a line for each finding, which names a record and no patient."""

    help = (
        "Run every verification: audit trail, guards, cases, images and their files, analyses, labels, models, decisions, "
        "signed reports, deliveries; exit 1 on a finding."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say what was found."""
        try:
            done = verify_everything(actor=None)
        except Unavailable as error:
            raise CommandError(f"Nothing was found out. {error.sentence}") from error
        for name, found in done.findings.items():
            more = " (and perhaps more)" if len(found) == MOST_FINDINGS else ""
            self.stdout.write(f"{name}: {f'{len(found)} found{more}' if found else 'holds'}")
        for kind, number in done.older.items():
            self.stdout.write(f"{kind}: {number} older than their fingerprints, see fingerprint_rows")
        if not done.intact:
            raise CommandError("\n".join(str(finding) for found in done.findings.values() for finding in found))
