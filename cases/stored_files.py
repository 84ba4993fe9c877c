"""The one door to stored files: whoever opens one learns that it is missing, away or not the one that was kept."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from contextlib import ExitStack
from threading import Lock
from typing import IO, TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.storage import HashedFile, clinical_storage
from hematovision.away import storage_away
from hematovision.errors import Gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from django.core.files.storage import Storage

    from cases.models import SmearImage

_CHUNK_BYTES = 1024 * 1024
_REMEMBERED = 4096
_right: OrderedDict[tuple[str, int, float], str] = OrderedDict()
"""What was found right: name, size and time of change of a file, and its SHA-256."""
_lock = Lock()


class FileMissing(Gone):
    """The row is here and its file is not."""

    default_code = "file_missing"


class FileSwapped(Gone):
    """The file is not the one whose SHA-256 was kept."""

    default_code = "file_swapped"


class FilePurged(Gone):
    """The file was removed by a rule, and that is on record."""

    default_code = "file_purged"


def open_original(image: SmearImage, *, afresh: bool = False) -> IO[bytes]:
    """The bytes as received, opened and compared with their SHA-256. The caller closes them.

    A file found right is not compared a second time while its size and time of change stay, unless `afresh`.
    Raises `FilePurged`, `FileMissing`, `FileSwapped` or `Unavailable` (the storage does not answer), each with a sentence.
    """
    refuse_purged_original(image)
    return _open(str(image.original.name), _original_of(image), image.sha256, afresh=afresh)


def open_display(image: SmearImage, *, afresh: bool = False) -> IO[bytes]:
    """The display copy, as `open_original`. One from before its SHA-256 was kept is opened as it is."""
    what = _("The display copy of field %(number)s") % {"number": image.ordinal}
    _refuse_purged(image.shown_purged_at, what)
    return _open(str(image.display.name), what, image.display_sha256, afresh=afresh)


def open_thumbnail(image: SmearImage) -> IO[bytes]:
    """The thumbnail; nothing is decided by it, so that nothing is compared. Raises as `open_original`."""
    what = _("The thumbnail of field %(number)s") % {"number": image.ordinal}
    _refuse_purged(image.shown_purged_at, what)
    return _open(str(image.thumbnail.name), what, None)


def open_stored(name: str, what: str) -> IO[bytes]:
    """Any other file of the clinical storage, `what` in the sentences. Raises `FileMissing` or `Unavailable`."""
    return _open(name, what, None)


def refuse_purged_original(image: SmearImage) -> None:
    """Raise `FilePurged` where the original was removed by a rule: what needs it is not begun."""
    _refuse_purged(image.original_purged_at, _original_of(image))


def open_made_of(image: SmearImage, name: str, what: str) -> IO[bytes]:
    """A file that another app made of the pixels of `image`, `what` in the sentences. Raises as `open_original`."""
    _refuse_purged(image.shown_purged_at, what)
    return _open(name, what, None)


def faults_of(images: Iterable[SmearImage], *, afresh: bool = False) -> list[str]:
    """A sentence for each original and display copy that is missing or not the one that was kept.

    An original that was purged while its display copy stays is no fault: what people look at is there. Raises
    `Unavailable` when the storage does not answer: that is no fault of any file.
    """
    faults = []
    for image in images:
        for opened in _looked_at(image):
            try:
                opened(image, afresh=afresh).close()
            except Gone as error:
                faults.append(error.sentence)
    return faults


def _original_of(image: SmearImage) -> str:
    return _("The original of field %(number)s") % {"number": image.ordinal}


def _looked_at(image: SmearImage) -> list[Callable[..., IO[bytes]]]:
    needed: list[Callable[..., IO[bytes]]] = [open_display] if image.is_shown else []
    if not image.is_shown or image.original_purged_at is None:
        needed.insert(0, open_original)
    return needed


def sha256_of(file: IO[bytes]) -> str:
    """The SHA-256 of an open file, which stands at its beginning again afterwards."""
    digest = hashlib.sha256()
    while piece := file.read(_CHUNK_BYTES):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _refuse_purged(at: datetime | None, what: str) -> None:
    if at is not None:
        date = date_format(timezone.localtime(at), "DATE_FORMAT")
        raise FilePurged(
            _("%(what)s was removed under the retention schedule on %(date)s.") % {"what": what, "date": date}
        )


def _open(name: str, what: str, sha256: str | None, *, afresh: bool = False) -> IO[bytes]:
    storage = clinical_storage()
    try:
        with ExitStack() as stack:
            file: IO[bytes] = stack.enter_context(storage.open(name, "rb"))
            if not sha256 or _is(name, file, sha256, afresh=afresh):
                stack.pop_all()
                return file
    except FileNotFoundError as error:
        if not answers(storage):
            raise storage_away() from error
        raise FileMissing(_("%(what)s is missing from the storage.") % {"what": what}) from error
    except OSError as error:
        raise storage_away() from error
    raise FileSwapped(_("%(what)s is not the one that was kept: its SHA-256 differs.") % {"what": what})


def _is(name: str, file: IO[bytes], sha256: str, *, afresh: bool) -> bool:
    if isinstance(file, HashedFile):
        return file.sha256 == sha256
    storage = clinical_storage()
    seen = name, storage.size(name), storage.get_modified_time(name).timestamp()
    with _lock:
        if not afresh and _right.get(seen) == sha256:
            _right.move_to_end(seen)
            return True
    if sha256_of(file) != sha256:
        return False
    with _lock:
        _right[seen] = sha256
        while len(_right) > _REMEMBERED:
            _right.popitem(last=False)
    return True


def answers(storage: Storage) -> bool:
    """Whether the folder or the bucket itself is there: without it, no file says that it is missing."""
    try:
        return storage.exists("")
    except OSError:
        return False
