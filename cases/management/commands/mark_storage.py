"""`manage.py mark_storage`: this folder is the one of the files, although no file that the database names is in it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.storage import PrivateFileSystemStorage, clinical_storage


class Command(BaseCommand):
    """Folders mark themselves; only one that lost every file that is looked for cannot."""

    help = (
        "Marks the folder of clinical files as it is now as the right one; before, make sure that its share is mounted."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the marker, or say why there is nothing to mark."""
        storage = clinical_storage()
        if not isinstance(storage, PrivateFileSystemStorage):
            raise CommandError("The files lie in an object store, which needs no marker.")
        storage.mark()
        self.stdout.write("The folder of the files is marked.")
