"""`manage.py verify_audit`: is the audit trail still what was written, and what the checkpoints saw?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services import verify_chain


class Command(BaseCommand):
    """Exit status 0 when every event holds, 1 at the first break, which is named."""

    help = "Walk the audit chain from the first event to the last; exit 1 at the first break."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and say what was found."""
        result = verify_chain()
        if result.first_break is not None:
            raise CommandError(f"Broken at event {result.first_break.position}: {result.first_break.sentence}")
        events = "1 event" if result.checked == 1 else f"{result.checked} events"
        self.stdout.write(f"The audit trail is intact: {events}, head {result.head or 'none'}.")
        if result.checkpoints:
            last = result.checkpoints[-1]
            self.stdout.write(
                f"It agrees with every checkpoint ({len(result.checkpoints)}); the last is of {last.moment:%Y-%m-%d} "
                f"and saw event {last.position}."
            )
        else:
            self.stdout.write("No checkpoint to compare with: an audit trail cut at its end would not show.")
