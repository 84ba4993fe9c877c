"""Clinical files in an S3-compatible object store. Imported only where the settings name it: boto3 is slow to load."""

from __future__ import annotations

import errno
import hashlib
import io
import tempfile
from contextlib import closing, contextmanager
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from cases.storage import HashedFile, refuse_url
from hematovision.away import StorageAway

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONNECT_SECONDS = 5
_ATTEMPTS = 2
_BRIEF_SECONDS = 2
_IN_MEMORY_BYTES = 8 * 1024 * 1024
_PIECE_BYTES = 1024 * 1024
_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})


class ObjectStorage(S3Storage):
    """A bucket that nobody is sent to: bytes pass through the permission-checked views.

    Every name is written once and never replaced. As of a folder, a missing object is a `FileNotFoundError` and whatever
    else goes wrong an `OSError`, so that nothing above knows which of the two it has.
    """

    def __init__(self, *, encryption: str, kms_key: str, timeout_seconds: float, **options: Any) -> None:
        """`encryption` is that of the server (`AES256`, `aws:kms` or none), `timeout_seconds` the wait for an answer."""
        # Stores other than Amazon's rarely have a name for each bucket, and not all know its newer checksums.
        own = bool(options.get("endpoint_url"))
        asked = {"ServerSideEncryption": encryption} if encryption else {}
        super().__init__(
            **options,
            file_overwrite=False,
            querystring_auth=False,
            object_parameters=asked | ({"SSEKMSKeyId": kms_key} if kms_key else {}),
            # In the thread that waits for it: ten more for each upload would be a server's worth of threads.
            transfer_config=TransferConfig(use_threads=False),
            client_config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if own else "auto"},
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=timeout_seconds,
                retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
                tcp_keepalive=True,
                **({"request_checksum_calculation": "when_required"} if own else {}),
                **({"response_checksum_validation": "when_required"} if own else {}),
            ),
        )

    def url(self, name: str | None, *_args: Any, **_kwargs: Any) -> str:
        """Refuse: a presigned address would pass every permission check by."""
        refuse_url()

    def exists(self, name: str) -> bool:
        """Whether there is such an object; of the empty name, whether there is the bucket."""
        with _as_of_a_folder(name):
            if name:
                return bool(super().exists(name))
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
            return True

    def ask_briefly(self) -> None:
        """Raise StorageAway where the bucket does not answer within seconds, or refuses; asked once."""
        with _as_of_a_folder(""):
            self._brief_client.head_bucket(Bucket=self.bucket_name)

    @cached_property
    def _brief_client(self) -> Any:
        """A client that waits seconds only: who asks whether the store answers does not wait as one who needs a file."""
        brief = Config(connect_timeout=_BRIEF_SECONDS, read_timeout=_BRIEF_SECONDS, retries={"total_max_attempts": 1})
        return self._create_session().client(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.endpoint_url,
            use_ssl=self.use_ssl,
            verify=self.verify,
            config=self.client_config.merge(brief),
        )

    def delete(self, name: str) -> None:
        """Remove the object; one that is not there is no error."""
        with _as_of_a_folder(name):
            super().delete(name)

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Return the folders and files of the folder; one that is not there is empty."""
        with _as_of_a_folder(name):
            found: tuple[list[str], list[str]] = super().listdir(name)
            return found

    def size(self, name: str) -> int:
        """Bytes of the object."""
        with _as_of_a_folder(name):
            return int(super().size(name))

    def get_modified_time(self, name: str) -> Any:
        """When the object was written."""
        with _as_of_a_folder(name):
            return super().get_modified_time(name)

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """Fetch the whole object in one request: a file that is half here fails now and not inside a response."""
        if mode != "rb":
            message = "Clinical files are written once, by `save`."  # not translated
            raise ValueError(message)
        kept = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES, dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
        try:
            with _as_of_a_folder(name):
                digest = self._fetch(name, kept)
        except BaseException:
            kept.close()
            raise
        kept.seek(0)
        return HashedFile(kept, name, digest)

    def _fetch(self, name: str, kept: IO[bytes]) -> str:
        answer = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=self._normalize_name(name))
        digest = hashlib.sha256()
        with closing(answer["Body"]) as body:
            while piece := body.read(_PIECE_BYTES):
                digest.update(piece)
                kept.write(piece)
        return digest.hexdigest()

    def _save(self, name: str, content: File[bytes]) -> str:
        with _as_of_a_folder(name):
            return str(super()._save(name, _Pieces(content)))


class _Pieces(io.RawIOBase):
    """What is handed over piece by piece, as the storage of a folder takes it, read once from beginning to end."""

    def __init__(self, content: File[bytes]) -> None:
        self._pieces = iter(content.chunks())
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = None if size is None or size < 0 else size
        found = bytearray(self._rest)
        while wanted is None or len(found) < wanted:
            piece = next(self._pieces, b"")
            if not piece:
                break
            found += piece
        end = len(found) if wanted is None else wanted
        self._rest = bytes(found[end:])
        return bytes(found[:end])


@contextmanager
def _as_of_a_folder(name: str) -> Iterator[None]:
    """Raise what a folder would where the object store fails; what it said is the cause and goes to the log."""
    try:
        yield
    except ClientError as error:
        if str(error.response.get("Error", {}).get("Code")) in _MISSING and name:
            raise FileNotFoundError(errno.ENOENT, "No such object") from error  # not translated
        raise StorageAway(errno.EIO, "The object store refuses") from error  # not translated
    except (BotoCoreError, Boto3Error) as error:
        raise StorageAway(errno.EIO, "The object store does not answer") from error  # not translated
