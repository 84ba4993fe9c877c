"""Keep the SHA-256 of display copies made before it was kept with them; run once after an update."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cases.services.files import record_display_hashes


class Command(BaseCommand):
    help = "Records the SHA-256 of display copies that have none, as they lie in the storage now."

    def handle(self, *args: Any, **options: Any) -> None:
        """Record them; name what is missing."""
        recorded, missing = record_display_hashes()
        self.stdout.write(f"Recorded {recorded} hashes of display copies.")
        for sentence in missing:
            self.stderr.write(sentence)
