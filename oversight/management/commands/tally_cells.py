"""`manage.py tally_cells`: count the reviewed cells of each case that changed, or of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from oversight.services.tallies import forget_tallies, tally_cases

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """What a worker does once a minute; after an upgrade or a restore at once, and for every case with `--all`."""

    help = "Count the reviewed cells of cases that changed since they were counted, as a worker does once a minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--all`."""
        parser.add_argument("--all", action="store_true", help="Forget what was counted and count every case anew.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, and say how far it is."""
        if options["all"]:
            self.stdout.write(f"{forget_tallies()} cases are counted anew.")
        done = tally_cases(progress=lambda number: self.stdout.write(f"{number} cases counted."))
        self.stdout.write(f"Every count is current: {done} cases were counted.")
