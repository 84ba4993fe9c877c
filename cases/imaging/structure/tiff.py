"""TIFF: directories that form long chains or circles, and tiles that are far larger than their picture."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from cases.imaging.structure.jpeg import MOST_PASSES
from cases.imaging.structure.refusals import OverBudgetError, SeveralPicturesError, TooManyPixelsError

if TYPE_CHECKING:
    from cases.imaging.limits import Limits

MAX_EXTRA_FRAMES = 16
"""Reduced copies and masks that may follow the first image."""

SMALLEST_TILE_LIMIT = 16_000_000
"""Pixels that a tile may have however small its picture; a larger one may be half as large again as its picture."""

_WIDTH, _LENGTH, _COMPRESSION, _ROWS = 256, 257, 259, 278
_STRIP_OFFSETS, _STRIP_BYTES = 273, 279
_TILE_WIDTH, _TILE_LENGTH, _TILE_OFFSETS, _TILE_BYTES = 322, 323, 324, 325
_JPEG_INSIDE = {6, 7}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}
_MOST_ENTRIES = 4096
_SPARE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Layout:
    """Byte order and the widths of one flavour: classic or BigTIFF."""

    order: str
    count: str
    offset: str

    def read(self, file: IO[bytes], code: str) -> int:
        """Return the next number; raises `struct.error` at the end of the file."""
        code = self.order + code
        (value,) = struct.unpack(code, file.read(struct.calcsize(code)))
        return int(value)


@dataclass(slots=True)
class _Directory:
    """The numbers of one directory that say what decoding costs: by tag, with how many there are."""

    values: dict[int, list[int]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    data_bytes: int = 0
    following: int = 0

    def first(self, tag: int, default: int) -> int:
        """Return the first value of a tag."""
        return next(iter(self.values.get(tag, [])), default)


def check_tiff(file: IO[bytes], limits: Limits) -> None:
    """Walk the chain of directories, each once, and compare the first picture's tiles or strips with its size."""
    size = file.seek(0, 2)
    layout, at = _layout(file)
    seen: set[int] = set()
    data_bytes = 0
    while at:
        if at in seen:
            message = "the directories form a circle"
            raise ValueError(message)
        if len(seen) > MAX_EXTRA_FRAMES:
            message = f"more than {MAX_EXTRA_FRAMES} further pictures"
            raise SeveralPicturesError(message)
        directory = _directory(file, layout, at, limits)
        if not seen:
            _check_tiles(file, directory, size, limits)
        seen.add(at)
        data_bytes += directory.data_bytes
        if data_bytes > 2 * size + _SPARE_BYTES:
            # Entries that overlap: each is read by itself, as often as it is named.
            message = f"entries of {data_bytes} bytes in a file of {size}"
            raise OverBudgetError(message)
        at = directory.following


def _layout(file: IO[bytes]) -> tuple[_Layout, int]:
    file.seek(0)
    head = file.read(4)
    order = "<" if head[:2] == b"II" else ">"
    if b"+" in head:
        file.seek(8)
        layout = _Layout(order, "Q", "Q")
    else:
        layout = _Layout(order, "H", "I")
    return layout, layout.read(file, layout.offset)


def _directory(file: IO[bytes], layout: _Layout, at: int, limits: Limits) -> _Directory:
    file.seek(at)
    entries = layout.read(file, layout.count)
    if entries > _MOST_ENTRIES:
        message = f"a directory of {entries} entries"
        raise OverBudgetError(message)
    found = _Directory()
    room = struct.calcsize(f"={layout.offset}")
    for _ in range(entries):
        tag, kind = layout.read(file, "H"), layout.read(file, "H")
        count = layout.read(file, layout.offset)
        here = file.tell()
        found.counts[tag] = count
        length = count * _SIZES.get(kind, 1)
        if length > room:
            found.data_bytes += length
        if kind in _CODES and tag in _WANTED:
            if count > limits.max_tiles:
                message = f"{count} tiles or strips"  # not translated
                raise OverBudgetError(message)
            if length > room:
                file.seek(layout.read(file, layout.offset))
            code = f"{layout.order}{count}{_CODES[kind]}"
            found.values[tag] = list(struct.unpack(code, file.read(struct.calcsize(code))))
        file.seek(here + room)
    found.following = layout.read(file, layout.offset)
    return found


_WANTED = {
    _WIDTH,
    _LENGTH,
    _COMPRESSION,
    _ROWS,
    _STRIP_OFFSETS,
    _STRIP_BYTES,
    _TILE_WIDTH,
    _TILE_LENGTH,
    _TILE_OFFSETS,
    _TILE_BYTES,
}


def _check_tiles(file: IO[bytes], directory: _Directory, size: int, limits: Limits) -> None:
    width, length = directory.first(_WIDTH, 0), directory.first(_LENGTH, 0)
    if width * length > limits.max_pixels:
        raise TooManyPixelsError(width, length)
    rows = min(directory.first(_ROWS, length), length)
    tile = directory.first(_TILE_WIDTH, width) * directory.first(_TILE_LENGTH, rows)
    if tile > max(3 * width * length // 2, SMALLEST_TILE_LIMIT):
        message = f"a tile of {tile} pixels in a picture of {width * length}"
        raise OverBudgetError(message)
    stored = sum(directory.values.get(_STRIP_BYTES, [])) + sum(directory.values.get(_TILE_BYTES, []))
    if stored > 2 * size + _SPARE_BYTES:
        message = f"tiles or strips of {stored} bytes in a file of {size}"
        raise OverBudgetError(message)
    if directory.first(_COMPRESSION, 1) in _JPEG_INSIDE:
        file.seek(0)
        scans = file.read().count(b"\xff\xda")
        tiles = max(directory.counts.get(_STRIP_OFFSETS, 1), directory.counts.get(_TILE_OFFSETS, 1))
        if scans > limits.max_scans * tiles or scans * tile > MOST_PASSES * limits.max_pixels:
            message = f"{scans} scans in {tiles} tiles of {tile} pixels"  # not translated
            raise OverBudgetError(message)
