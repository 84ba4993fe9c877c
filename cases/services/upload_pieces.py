"""The pieces of an upload: read from a request, kept in the clinical storage, put together at the end."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import tempfile
from typing import IO, TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.files.base import File
from django.http import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.storage import clinical_storage
from cases.stored_files import answers
from hematovision.away import storage_away
from hematovision.errors import DomainError, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

FOLDER = "uploads"
ALGORITHMS = ("sha1", "sha256")
_READ_BYTES = 64 * 1024
_IN_MEMORY_BYTES = 1024 * 1024


class ChecksumMismatch(DomainError):
    """A piece is not what its sender said."""

    status: ClassVar[int] = 460
    default_code: ClassVar[str] = "checksum_mismatch"
    default_sentence = gettext_lazy("The piece was damaged on its way, and nothing of it was kept. Send it again.")


class BadChecksum(DomainError):
    """A checksum that cannot be compared."""

    default_code: ClassVar[str] = "checksum_invalid"
    default_sentence: ClassVar[str] = (
        "Upload-Checksum is `sha1` or `sha256`, a space and the checksum in base64."  # not translated
    )


def spooled() -> IO[bytes]:
    """Return an open temporary file of ours for one piece or one whole file."""
    return tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=settings.FILE_UPLOAD_TEMP_DIR)


def read_piece(read: Callable[[int], bytes], into: IO[bytes], *, stated: int, most: int, checksum: str = "") -> int:
    """Copy the body of a request into a file and return how many bytes came; `stated` is its Content-Length.

    A line that is cut ends the piece where it was cut: what came before is good. Only with a checksum a piece is whole or
    nothing, for nobody knows what its beginning should be. Raises `TooLarge`, `BadChecksum`, `ChecksumMismatch`.
    """
    if stated > most:
        sentence = _("The piece is longer than the %(bytes)s bytes that are missing. Nothing of it was kept.") % {
            "bytes": most
        }
        raise TooLarge(sentence, code="more_than_length", details={"missing_bytes": most})
    expected = _expected(checksum)
    digest = hashlib.new(expected[0], usedforsecurity=False) if expected else None
    size = 0
    while size < stated:
        try:
            data = read(min(_READ_BYTES, stated - size))
        except UnreadablePostError:
            break
        if not data:
            break
        into.write(data)
        size += len(data)
        if digest is not None:
            digest.update(data)
    if expected and digest is not None and digest.digest() != expected[1]:
        raise ChecksumMismatch
    into.seek(0)
    return size


def _expected(checksum: str) -> tuple[str, bytes] | None:
    if not checksum:
        return None
    algorithm, _, text = checksum.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadChecksum
    try:
        return algorithm, base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadChecksum from error


def keep_piece(upload_id: UUID, piece: IO[bytes], size: int) -> str:
    """Write a piece to the storage under a name of its own, and return that."""
    file: File[bytes] = File(piece, name="piece")
    file.size = size
    return clinical_storage().save(f"{FOLDER}/{upload_id}/{secrets.token_hex(8)}", file)


def put_together(names: Iterable[str], last: IO[bytes], into: IO[bytes]) -> str:
    """Write pieces and the last one into a file; returns its SHA-256. Raises `FileNotFoundError` where one is gone, and
    `Unavailable` where the whole storage is.
    """
    digest = hashlib.sha256()

    def copy(source: IO[bytes]) -> None:
        while data := source.read(_READ_BYTES):
            digest.update(data)
            into.write(data)

    storage = clinical_storage()
    for name in names:
        try:
            with storage.open(name) as piece:
                copy(piece)
        except FileNotFoundError as error:
            if not answers(storage):
                raise storage_away() from error
            raise
    copy(last)
    into.seek(0)
    return digest.hexdigest()


def remove_pieces(upload_id: UUID) -> None:
    """Remove everything that is kept of an upload, also what no row came to name."""
    storage = clinical_storage()
    folder = f"{FOLDER}/{upload_id}"
    try:
        _, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        storage.delete(f"{folder}/{name}")
    # A folder is removed with its last file; an object store has none.
    storage.delete(folder)
