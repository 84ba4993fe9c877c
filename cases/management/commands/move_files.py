"""`manage.py move_files`: copies of the stored files from the folder to the object store, or back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.services.moving_files import FAULTS, move_files

if TYPE_CHECKING:
    from cases.services.moving_files import Moved

_SAY_EVERY = 1000


class Command(BaseCommand):
    """May be run while people work, broken off and run again; the setting decides which of the two is in use."""

    help = (
        "Copies every file that a row names to the storage --to, verifies it there by SHA-256, and says what is amiss."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the target, whether to write, and where the report goes."""
        parser.add_argument("--to", required=True, choices=sorted(settings.CLINICAL_STORAGES))
        parser.add_argument("--dry-run", action="store_true", help="count what would be copied, and write nothing")
        parser.add_argument(
            "--report",
            type=Path,
            help="a JSON line for each file; a further run with the same report reads nothing twice "
            "(default: move_files-to-TARGET.jsonl below HEMATOVISION_VAR)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, and end with an error where a file is missing or different."""
        to = str(options["to"])
        (source,) = (name for name in settings.CLINICAL_STORAGES if name != to)
        if not settings.OBJECT_STORE["bucket_name"]:
            raise CommandError("No object store is set: HEMATOVISION_S3_BUCKET is empty.")
        report = options["report"] or Path(settings.VAR_DIR) / f"move_files-to-{to}.jsonl"
        seen = {"files": 0, "bytes": 0}

        def say(moved: Moved) -> None:
            seen["files"] += 1
            seen["bytes"] += moved.bytes
            if moved.outcome in FAULTS:
                self.stderr.write(f"{moved.outcome}: {moved.name}")
            if seen["files"] % _SAY_EVERY == 0:
                self.stdout.write(f"{seen['files']:,} files, {seen['bytes'] / 1e9:,.2f} GB")

        try:
            counts = move_files(
                source=storages[source],
                target=storages[to],
                report=report,
                only_count=options["dry_run"],
                on_each=say,
            )
        except OSError as error:
            raise CommandError(
                f"{error.strerror or error}. Run it again: what was copied is not copied twice."
            ) from error
        said = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(counts.items())) or "no files"
        self.stdout.write(f"From {source} to {to}: {said}; {seen['bytes'] / 1e9:,.2f} GB.")
        if not options["dry_run"]:
            self.stdout.write(f"Report: {report}")
        if faults := sum(counts[outcome] for outcome in FAULTS):
            raise CommandError(f"{faults:,} files are missing or different; the report names them.")
