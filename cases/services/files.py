"""Files in the clinical storage that no row names: what a killed process left between file and commit."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from audit.models import Action
from audit.services import record
from cases.models import SmearImage, Upload, UploadState
from cases.purged_files import clinical_file_fields
from cases.services.upload_pieces import FOLDER as PIECES
from cases.storage import clinical_storage
from cases.stored_files import open_display, sha256_of
from hematovision.chunks import in_chunks
from hematovision.errors import Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from django.core.files.storage import Storage

_FOLDERS = ("originals", "display", "thumbnails")
_OTHERS = ("teaching", "certificates", "tried")
"""Where other apps keep files whose rows and files are written in one go."""


def remove_unreferenced_files(*, older_than: timedelta) -> list[str]:
    """Delete files older than `older_than` that no row names, and pieces of uploads that ended; returns their names.

    The age keeps files safe whose transaction is still running.
    """
    before = timezone.now() - older_than
    removed = []
    for folder in _FOLDERS:
        removed += remove_unnamed(folder, before=before, is_named=_is_of_an_image)
    for folder in _OTHERS:
        removed += remove_unnamed(folder, before=before, is_named=_is_named)
    # Pieces go with the end of their upload; these were written while it ended.
    begun = {str(pk) for pk in Upload.objects.filter(state=UploadState.OPEN).values_list("pk", flat=True)}
    removed += remove_unnamed(PIECES, before=before, is_named=lambda name: name.split("/")[1] in begun)
    if removed:
        record(
            actor=None,
            action=Action.DELETE,
            object_type="cases.smearimage",
            reason="Files without a row removed.",  # not translated
            after={"files": len(removed)},
        )
    return removed


def remove_unnamed(folder: str, *, before: datetime, is_named: Callable[[str], bool]) -> list[str]:
    """Delete files below `folder` written before that time of which `is_named` says that nothing names them; returns their names."""
    storage = clinical_storage()
    removed = []
    for name in _walk(storage, folder):
        if storage.get_modified_time(name) < before and not is_named(name):
            storage.delete(name)
            removed.append(name)
    return removed


def _is_of_an_image(name: str) -> bool:
    return SmearImage.objects.filter(Q(original=name) | Q(display=name) | Q(thumbnail=name)).exists()


def _is_named(name: str) -> bool:
    """Whether a row of any app names the file."""
    return any(model._default_manager.filter(**{field.name: name}).exists() for model, field in clinical_file_fields())


def remove_interrupted_uploads(*, older_than: timedelta) -> int:
    """Delete temporary files of uploads that nobody has written to for `older_than`; returns how many.

    A process that is killed while a file arrives leaves it behind. No row was ever made of it, so there is nothing to record.
    """
    before = time.time() - older_than.total_seconds()
    removed = 0
    for file in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir():
        if file.is_file() and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def record_display_hashes() -> tuple[int, list[str]]:
    """Keep the SHA-256 of display copies that have none, as they are now; returns how many, and what is missing.

    For copies made before the hash was kept with them. Each is written only where there still is none.
    """
    recorded, missing = 0, []
    waiting = SmearImage.objects.filter(display_sha256__isnull=True, shown_purged_at__isnull=True).exclude(display="")
    for image in in_chunks(waiting, by=["pk"]):
        try:
            with open_display(image) as file:
                digest = sha256_of(file)
        except Gone as error:
            missing.append(f"{image.pk}: {error.sentence}")
            continue
        # A bulk write on purpose: nothing else of the image may change here.
        recorded += SmearImage.objects.filter(pk=image.pk, display_sha256__isnull=True).update(display_sha256=digest)
    if recorded:
        record(
            actor=None,
            action=Action.UPDATE,
            object_type="cases.smearimage",
            reason="Hashes of display copies recorded.",  # not translated
            after={"files": recorded},
        )
    return recorded, missing


def _walk(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}"
    for inner in folders:
        yield from _walk(storage, f"{folder}/{inner}")
