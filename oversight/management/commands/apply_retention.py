"""`manage.py apply_retention`: what is past its period, and, when told, its removal."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hematovision.errors import Unprocessable
from oversight.services.retention import apply_retention


class Command(BaseCommand):
    """Counts by default; `--apply` removes. The clinical record and the audit trail are never among it."""

    help = "Count what is past its retention period beside the clinical record; with --apply, remove it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--apply` removes what would otherwise be counted."""
        parser.add_argument("--apply", action="store_true", help="remove what is due, with an event for each batch")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is due of each kind, and how much was removed."""
        remove = options["apply"]
        try:
            applied = apply_retention(actor=None, remove=remove)
        except Unprocessable as error:
            raise CommandError(error.sentence) from error
        for each in applied:
            number = f"{each.removed} removed" if remove else f"{each.due} due"
            self.stdout.write(f"{each.kind.name}: {number} ({each.kind.meaning}, {each.days} days ago or longer)")
        if not remove:
            self.stdout.write("Nothing was removed: say --apply to do it.")
