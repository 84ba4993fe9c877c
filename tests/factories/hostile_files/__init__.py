"""Files that somebody built to keep a decoder busy, to break it or to pass for something else; small, made by code.

Each kind says what becomes of it: the code of its refusal, `ACCEPTED`, or `EITHER` where both are right and only an
exception would be wrong.
"""

from __future__ import annotations

from tests.factories.hostile_files import bmp, jpeg, others, png, tiff, webp
from tests.factories.hostile_files.kind import ACCEPTED, EITHER, KINDS, HostileKind

__all__ = ["ACCEPTED", "EITHER", "KINDS", "HostileKind", "bmp", "jpeg", "others", "png", "tiff", "webp"]
