"""Room on the disk: uploads are refused while there is little left, so that signing in and reviewing go on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from hematovision.errors import NoRoom

if TYPE_CHECKING:
    from collections.abc import Mapping


def require_room(byte_size: int = 0) -> None:
    """Raise `NoRoom` where `byte_size` more would leave less free than the reserve (`DISK_RESERVE_BYTES`)."""
    if _room() - byte_size < settings.DISK_RESERVE_BYTES:
        raise NoRoom


def _room() -> int:
    """Bytes free where least is free of what we write: uploads on their way, files, and the folder of all the rest."""
    folders = {Path(settings.VAR_DIR), Path(settings.MEDIA_ROOT), Path(settings.FILE_UPLOAD_TEMP_DIR)}
    return min(shutil.disk_usage(folder).free for folder in folders if folder.is_dir())


class RoomFirst(FileUploadHandler):
    """Looks for room before the first byte of a form with files is read. It keeps nothing: the next handlers do."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Raise `NoRoom` for a body that there is no room for; it lies on the disk twice, as sent and as kept.

        A small form, as of signing in, stays in memory and takes no room.
        """
        if content_length > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            require_room(2 * content_length)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hand the piece on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handler that kept it."""
