"""Files of the corpus and plain ones with bytes changed, cut, doubled and mixed; the same ones for the same dice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories.hostile_files.kind import KINDS
from tests.factories.image_files import image_bytes, with_exif

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_MOST_BYTES = 60_000
"""Larger ones of the corpus say by their size what they are; changing a byte of them tests nothing new."""


def mutated(dice: random.Random, number: int) -> Iterator[bytes]:
    """Yield `number` files."""
    plain = [image_bytes(form) for form in ("JPEG", "PNG", "TIFF", "BMP", "WEBP")]
    plain += [with_exif(form, orientation=6) for form in ("JPEG", "PNG", "TIFF", "WEBP")]
    plain += [content for kind in KINDS if 0 < len(content := kind.make()) <= _MOST_BYTES]
    for _ in range(number):
        content = bytearray(dice.choice(plain))
        for _ in range(dice.randint(1, 6)):
            _change(dice, content, dice.choice(plain))
        yield bytes(content)


def _change(dice: random.Random, content: bytearray, other: bytes) -> None:
    at = dice.randrange(len(content) + 1)
    # Headers are where the interesting numbers stand.
    at = min(at, dice.choice((64, 512, len(content))))
    length = dice.choice((1, 2, 4, 16, 200))
    match dice.randrange(6):
        case 0:
            content[at : at + length] = dice.randbytes(length)
        case 1:
            content[at : at + length] = dice.choice((b"\xff", b"\x00", b"\x7f", b"\x80")) * length
        case 2:
            del content[at : at + length]
        case 3:
            content[at:at] = content[at : at + length] * dice.choice((1, 50))
        case 4:
            start = dice.randrange(len(other))
            content[at:at] = other[start : start + length]
        case _:
            del content[max(at, 16) :]
