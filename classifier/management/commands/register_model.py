"""Enter a model directory in the registry."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from classifier.services import register_model
from hematovision.errors import DomainError


class Command(BaseCommand):
    help = "Verify a model directory file by file and enter it in the registry. It is not used until it is promoted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "directory", nargs="?", type=Path, help="the model's folder (default: HEMATOVISION_MODEL_DIR)"
        )

    def handle(self, *_: Any, directory: Path | None, **__: Any) -> None:
        try:
            version, created = register_model(actor=None, directory=directory or settings.HEMATOVISION_MODEL_DIR)
        except DomainError as error:
            raise CommandError(error.sentence) from error
        verb = "Registered" if created else "Already registered:"
        self.stdout.write(f"{verb} {version} ({version.state}), card {version.card_sha256[:12]}.")
