"""`manage.py fingerprint_rows`: give rows that are older than their fingerprints one of what they say now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from audit.services import fingerprint_rows


class Command(BaseCommand):
    """Safe to run again: rows that have one are left alone."""

    help = (
        "Write into the audit trail the fingerprint of every row that has none, as it is now, so that `verify_all` finds what "
        "is changed from now on. Run `verify_all` first: it vouches for nothing that happened before."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fingerprint, and say how many of each kind."""
        done = fingerprint_rows(actor=None)
        for kind, number in sorted(done.items()):
            if number:
                self.stdout.write(f"{kind}: {number}")
        self.stdout.write(f"{sum(done.values())} rows were given a fingerprint.")
