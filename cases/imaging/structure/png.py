"""PNG: every chunk is a step of its own, and a compressed text or profile unfolds to a megabyte."""

from __future__ import annotations

import struct
from typing import IO, TYPE_CHECKING

from cases.imaging.structure.refusals import MOST_EXIF_BYTES, OverBudgetError

if TYPE_CHECKING:
    from cases.imaging.limits import Limits

_SIGNATURE_SIZE = 8
_CHECKSUM_SIZE = 4
_COMPRESSED = {b"iCCP", b"zTXt", b"iTXt"}
_MOST_COMPRESSED = 64


def check_png(file: IO[bytes], limits: Limits) -> None:
    """Count the chunks up to the end chunk; where they break off, the decoder says so."""
    file.seek(_SIGNATURE_SIZE)
    compressed = 0
    for _ in range(limits.max_chunks):
        header = file.read(8)
        if len(header) < 8:
            return
        length, name = struct.unpack(">I4s", header)
        if name == b"IEND":
            return
        compressed += name in _COMPRESSED
        if compressed > _MOST_COMPRESSED:
            message = "too many compressed texts"
            raise OverBudgetError(message)
        if name == b"eXIf" and length > MOST_EXIF_BYTES:
            message = f"{length} bytes of EXIF"  # not translated
            raise OverBudgetError(message)
        file.seek(length + _CHECKSUM_SIZE, 1)
    message = f"more than {limits.max_chunks} chunks"
    raise OverBudgetError(message)
