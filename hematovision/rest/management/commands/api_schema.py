"""``manage.py api_schema``: write docs/openapi.yaml, or with ``--check`` compare it (``make check``)."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema


class Command(BaseCommand):
    """Keeps the committed API description equal to the code."""

    help = "Write docs/openapi.yaml; with --check only compare and exit 1 when it differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Define ``--check`` and ``--file``."""
        parser.add_argument("--check", action="store_true", help="Compare, write nothing.")
        parser.add_argument(
            "--file",
            type=Path,
            default=Path(settings.BASE_DIR) / "docs" / "openapi.yaml",
            help="The committed copy.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Generate the schema, refuse one with warnings, then write or compare."""
        with GENERATOR_STATS.silence():
            schema = SchemaGenerator().get_schema(request=None, public=True)
        if GENERATOR_STATS:
            GENERATOR_STATS.emit_summary()
            raise CommandError("The schema has warnings: describe those views with extend_schema.")
        validate_schema(schema)
        text = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
        path: Path = options["file"]
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"{path.name}: {len(schema['paths'])} addresses")
            return
        committed = path.read_text(encoding="utf-8") if path.is_file() else ""
        if committed == text:
            self.stdout.write(f"{path.name} matches the code")
            return
        lines = difflib.unified_diff(committed.splitlines(), text.splitlines(), "committed", "code", lineterm="", n=1)
        self.stderr.write("\n".join(list(lines)[:60]))
        raise CommandError(f"{path.name} is not what the code says: look at the difference, then make openapi")
