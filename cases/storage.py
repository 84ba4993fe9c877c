"""Where clinical files lie: a private storage with no address of its own, a folder or an object store by setting.

The originals, display copies and thumbnails are under names made of UUIDs; what the sender called a file is
never part of a name. Nothing serves the storage: `cases.views.files` reads from it after a permission check. A file is
written once under its name and is the same under that name in either storage.
"""

from __future__ import annotations

import uuid
from typing import IO, TYPE_CHECKING, Any, NoReturn

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

if TYPE_CHECKING:
    from cases.models import SmearImage

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/bmp": "bmp",
    "image/webp": "webp",
}


class PrivateFileSystemStorage(FileSystemStorage):
    """A folder that has no URL: asking for one is a defect, not a link to patient data."""

    def url(self, name: str | None) -> str:
        """Refuse: clinical files are reached only through the permission-checked views."""
        refuse_url()


class HashedFile(File):  # type: ignore[type-arg]
    """A file that was fetched whole from elsewhere, with the SHA-256 of what came."""

    def __init__(self, file: IO[bytes], name: str, sha256: str) -> None:
        super().__init__(file, name=name)
        self.sha256 = sha256


def refuse_url() -> NoReturn:
    """Raise: no storage of clinical files hands out addresses."""
    message = "Clinical files have no public address; link to the image views instead."
    raise ValueError(message)


def clinical_storage() -> Storage:
    """Return the storage configured under the alias `clinical`."""
    return storages["clinical"]


def _name(folder: str, extension: str) -> str:
    key = uuid.uuid4().hex
    # Two levels of folders keep directories small at a million images.
    return f"{folder}/{key[:2]}/{key[2:4]}/{key}.{extension}"


def original_name(instance: SmearImage, filename: str) -> str:  # noqa: ARG001 (the sender's name is not used, ever)
    """Return a fresh name for the bytes as received."""
    return _name("originals", EXTENSIONS[instance.media_type])


def display_name(instance: Any, filename: str) -> str:  # noqa: ARG001
    """Return a fresh name for the metadata-free display copy."""
    return _name("display", filename.rpartition(".")[2])


def thumbnail_name(instance: Any, filename: str) -> str:  # noqa: ARG001
    """Return a fresh name for the thumbnail."""
    return _name("thumbnails", filename.rpartition(".")[2])
