"""Remove files from the clinical storage that no row names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.services.files import remove_unreferenced_files


class Command(BaseCommand):
    help = "Removes files from the clinical storage that no row names and that are older than --hours."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the age below which nothing is touched."""
        parser.add_argument("--hours", type=float, default=24.0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them and say how many."""
        removed = remove_unreferenced_files(older_than=timedelta(hours=options["hours"]))
        self.stdout.write(f"Removed {len(removed)} files that no row names.")
