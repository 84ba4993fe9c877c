"""`manage.py verify_audit`: is the audit trail still what was written, and what the checkpoints saw?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services import verify_chain


class Command(BaseCommand):
    """Exit status 0 when every event holds, 1 at the first break, which is named."""

    help = "Walk the audit chain from the last checkpoint (--full: from the first event) on; exit 1 at the first break."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How much is walked, and whether checkpoints may be missing."""
        parser.add_argument("--full", action="store_true", help="walk from the first event, not the last checkpoint")
        parser.add_argument(
            "--without-checkpoints",
            action="store_true",
            help="an installation that has none yet: do not fail for want of them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say what was found."""
        result = verify_chain(whole=options["full"])
        if result.first_break is not None:
            raise CommandError(f"Broken at event {result.first_break.position}: {result.first_break.sentence}")
        if not result.checkpoints and not options["without_checkpoints"]:
            raise CommandError(
                "No checkpoint to compare with: an audit trail cut at its end, or written anew, would not show. "
                "Restore the checkpoints, or say --without-checkpoints where there never was one."
            )
        events = "1 event" if result.checked == 1 else f"{result.checked} events"
        begin = f" after event {result.since}" if result.since else ""
        self.stdout.write(f"The audit trail is intact: {events}{begin}, head {result.head or 'none'}.")
        if result.checkpoints:
            last = result.checkpoints[-1]
            self.stdout.write(
                f"It agrees with every checkpoint ({len(result.checkpoints)}); the last is of {last.moment:%Y-%m-%d} "
                f"and saw event {last.position}."
            )
