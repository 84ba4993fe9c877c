"""Decoding under the limits of the installation: what everything in the platform calls that opens a file somebody sent."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import IO, TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

from cases.conf import decode_budget, decode_wait_seconds, decodes_at_once, upload_limits
from cases.decoding import AllBusyError, DecodeHelper
from cases.words import in_words
from hematovision.errors import DomainError, TooLarge, Unprocessable, UnsupportedMedia

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from cases.imaging import ImageFacts

_PATIENT_SECONDS = 300
"""How long an analysis waits for its turn: nobody is waiting for an answer to a request."""


class DecodersBusy(DomainError):
    """More images are being opened than fit; nothing was kept."""

    status: ClassVar[int] = 503
    default_code: ClassVar[str] = "decoders_busy"
    default_sentence = _("Too many images are being opened at the moment. Send this one again in a minute.")


@cache
def _helper() -> DecodeHelper:
    return DecodeHelper(at_once=decodes_at_once())


def examine_upload(file: IO[bytes]) -> ImageFacts:
    """Return what a file is, every pixel decoded; raises as `cases.imaging.examine`, and `DecodersBusy`.

    Somebody waits for the answer: what is said of a file is said in their language.
    """
    with _told_in_words():
        return _helper().examine(
            file, limits=upload_limits(), budget=decode_budget(), wait_seconds=decode_wait_seconds()
        )


def decode_upload(file: IO[bytes]) -> NDArray[np.uint8]:
    """Return what somebody sent upright as (H, W, 3) uint8 sRGB, where only its pixels are kept; raises as `examine_upload`."""
    with _told_in_words():
        return decode_shown(file)


@contextmanager
def _told_in_words() -> Iterator[None]:
    try:
        yield
    except AllBusyError as error:
        raise DecodersBusy from error
    except (TooLarge, Unprocessable, UnsupportedMedia) as refusal:
        told = in_words(refusal.sentence)
        raise type(refusal)(told, code=refusal.code, details=refusal.details) from refusal


def decode_stored(file: IO[bytes]) -> NDArray[np.uint8]:
    """Return a stored image upright as (H, W, 3) uint8 sRGB; raises as `cases.imaging.load_rgb`.

    Raises `AllBusyError` after minutes without a free place: that says nothing of the image, and the analysis is tried
    again.
    """
    return _helper().load_rgb(file, limits=upload_limits(), budget=decode_budget(), wait_seconds=_PATIENT_SECONDS)


def decode_shown(file: IO[bytes]) -> NDArray[np.uint8]:
    """As `decode_stored` for a page that somebody waits for; raises `DecodersBusy` where no place becomes free."""
    try:
        return _helper().load_rgb(
            file, limits=upload_limits(), budget=decode_budget(), wait_seconds=decode_wait_seconds()
        )
    except AllBusyError as error:
        raise DecodersBusy from error
