"""Where clinical files lie: a private storage with no address of its own, a folder or an object store by setting.

The originals, display copies and thumbnails are under names made of UUIDs; what the sender called a file is
never part of a name. Nothing serves the storage: `cases.views.files` reads from it after a permission check. A file is
written once under its name and is the same under that name in either storage.
"""

from __future__ import annotations

import errno
import uuid
from typing import IO, TYPE_CHECKING, Any, NoReturn

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

from hematovision.away import StorageAway

if TYPE_CHECKING:
    from cases.models import SmearImage

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/bmp": "bmp",
    "image/webp": "webp",
}

MARKER = ".hematovision-files"
"""Lies in the folder of the files, so that the empty place of a share that is not mounted is not taken for it."""
PROBES = "probe/"
"""Files below are written and removed to see whether the folder can be written: they tell nothing of whose it is."""
_MARKED = (
    b"The files of HematoVision lie here. Leave this one: without it the folder is taken for one that is not mounted.\n"
)


class PrivateFileSystemStorage(FileSystemStorage):
    """A folder that has no URL: asking for one is a defect, not a link to patient data.

    It is the folder of the files where its marker lies; where none does, if a file that the database names is in it, or if the
    database names none. Else it is away: nothing is written there, and no file says that it is missing.
    """

    def exists(self, name: str) -> bool:
        """Whether there is such a file; of the empty name, whether this is the folder of the files."""
        if name:
            return super().exists(name)
        return super().exists(MARKER) or self._is_of_the_database()

    def mark(self) -> None:
        """Make this the folder of the files, whatever is in it; for who knows that it is."""
        if not super().exists(MARKER):
            super()._save(MARKER, ContentFile(_MARKED))  # type: ignore[misc]

    def _save(self, name: str, content: File[bytes]) -> str:
        """Write a file, the first one with the marker; raises StorageAway where this is not the folder of the files."""
        if not name.startswith(PROBES) and not super().exists(MARKER):
            if not self._is_of_the_database():
                raise StorageAway(errno.ENODEV, "The folder of the files is not mounted")  # not translated
            self.mark()
        return str(super()._save(name, content))  # type: ignore[misc]

    def _is_of_the_database(self) -> bool:
        # It names rows, and rows name their storage.
        from cases.named_files import some_named_files

        names = some_named_files()
        first = next(names, None)
        return first is None or super().exists(first) or any(map(super().exists, names))

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
    message = "Clinical files have no public address; link to the image views instead."  # not translated
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
