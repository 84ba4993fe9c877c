"""The bytes of an upload, from the request to the private storage, with nothing left behind on failure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Self

from django.core.files.base import File
from django.utils.translation import gettext as _

from cases.storage import clinical_storage, original_name
from hematovision.errors import TooLarge

if TYPE_CHECKING:
    from types import TracebackType

    from cases.models import SmearImage

_CHUNK_BYTES = 1024 * 1024


class BytesChangedError(RuntimeError):
    """What reached the storage is not what was examined: a disk or network fault, never the sender's."""


@dataclass(frozen=True, slots=True)
class Received:
    """An upload that was read once: an open binary file, its size in bytes and its SHA-256."""

    file: IO[bytes]
    byte_size: int
    sha256: str


def measure(upload: File[bytes], *, max_bytes: int) -> Received:
    """Read the upload once, in pieces, for its size and SHA-256; raises `TooLarge` as soon as it is."""
    digest = hashlib.sha256()
    byte_size = 0
    upload.open("rb")
    for chunk in upload.chunks(_CHUNK_BYTES):
        byte_size += len(chunk)
        if byte_size > max_bytes:
            raise too_large(max_bytes)
        digest.update(chunk)
    file = upload.file if upload.file is not None else upload
    return Received(file=file, byte_size=byte_size, sha256=digest.hexdigest())  # type: ignore[arg-type]


def too_large(max_bytes: int) -> TooLarge:
    """Return what is said of a file that is larger than the limit."""
    megabytes = f"{max_bytes / 1024**2:g}"
    sentence = _("The file is larger than %(megabytes)s MB, which is the limit.") % {"megabytes": megabytes}
    return TooLarge(sentence, code="file_too_large", details={"max_bytes": max_bytes})


class _HashingFile(File):  # type: ignore[type-arg]
    """Hands its pieces to the storage and hashes what it hands over."""

    def __init__(self, file: IO[bytes], byte_size: int) -> None:
        super().__init__(file, name="original")
        self.source = file
        self.size = byte_size
        self.digest = hashlib.sha256()

    def chunks(self, chunk_size: int | None = None) -> object:  # type: ignore[override]
        """Yield the file in pieces, from its start."""
        self.source.seek(0)
        while piece := self.source.read(chunk_size or _CHUNK_BYTES):
            self.digest.update(piece)
            yield piece


class StoredOriginal:
    """The original in the storage, for as long as the transaction around it may still fail.

    Leaving the block with an exception removes the file; leaving it normally keeps it.
    """

    def __init__(self, received: Received) -> None:
        self.received = received
        self._name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._name:
            clinical_storage().delete(self._name)

    def save_as(self, image: SmearImage) -> str:
        """Stream the bytes to the storage under a fresh name and return it; raises `BytesChangedError`."""
        content = _HashingFile(self.received.file, self.received.byte_size)
        self._name = original_name(image, "")
        self._name = clinical_storage().save(self._name, content)
        if content.digest.hexdigest() != self.received.sha256:
            message = "The bytes stored differ from the bytes examined."  # not translated
            raise BytesChangedError(message)
        return self._name
