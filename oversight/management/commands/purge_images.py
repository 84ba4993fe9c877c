"""`manage.py purge_images`: which files of images are past their period, and, when told, their removal."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hematovision.errors import DomainError
from oversight.purge_rules import VARIABLE
from oversight.selectors.purges import Plan, plan
from oversight.services.purging import Purged, purge


class Command(BaseCommand):
    """Counts by default; `--apply` removes. Rows, hashes and the audit trail stay; a case that something holds is left."""

    help = "Count the files of images that are past their period; with --apply, remove them. Nothing is on by default."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--apply` removes what would otherwise be counted."""
        parser.add_argument(
            "--apply", action="store_true", help="remove what is due, with a report and an event for each"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is due and what is held, or what was removed."""
        try:
            if options["apply"]:
                self._say_removed(purge(actor=None))
            else:
                self._say_planned(plan())
        except DomainError as error:
            raise CommandError(error.sentence) from error

    def _say_planned(self, found: Plan) -> None:
        if not found.rules:
            self.stdout.write(f"No rule is on: {VARIABLE} names none.")
        for each in found.rules:
            self.stdout.write(
                f"{each.rule.value}: {each.images} images of {each.cases} cases due "
                f"({each.rule.label}, {each.days} days after the last step of the case)"
            )
            for obstacle, number in each.held:
                if number:
                    self.stdout.write(f"  held: {number} cases. {obstacle.sentence}")
        if found.drafts:
            self.stdout.write(f"{found.drafts} drafts were never submitted and are open: cancel them to let them go.")
        self.stdout.write("Nothing was removed: say --apply to do it.")

    def _say_removed(self, done: Purged) -> None:
        self.stdout.write(
            f"Run {done.run.pk}: {done.files} files of {done.images} images removed, {done.byte_size} bytes."
        )
        if done.left_behind:
            self.stdout.write(f"{done.left_behind} files that the run before had left were removed.")
        if done.refused:
            raise CommandError("Left as they are, see verify_all:\n" + "\n".join(done.refused))
