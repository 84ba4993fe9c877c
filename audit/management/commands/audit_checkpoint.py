"""`manage.py audit_checkpoint`: sign what the audit trail is now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import checkpoints
from audit.services import write_checkpoint
from audit.services.checkpoint_files import folder, signing_secrets
from hematovision.errors import Conflict


class Command(BaseCommand):
    """Write a checkpoint beside the daily ones, for instance just before a backup."""

    help = "Verify the audit chain and write a signed checkpoint of its end; exit 1 when the chain does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--full` verifies everything; `--public-key` prints what checkpoints are checked with elsewhere."""
        parser.add_argument("--full", action="store_true", help="verify the whole chain, not only what is new")
        parser.add_argument("--public-key", action="store_true", help="print the public key and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the checkpoint and say where it lies."""
        if options["public_key"]:
            self.stdout.write(checkpoints.public_key(signing_secrets()[0]))
            return
        try:
            written = write_checkpoint(actor=None, whole=options["full"]).checkpoint
        except Conflict as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(f"Signed event {written.position} in {folder() / written.name}.")
