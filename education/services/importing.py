"""Taking pictures from outside the platform into what is taught: all of a folder or nothing, and each picture once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.db import IntegrityError, transaction
from PIL import Image

from audit.models import Action
from audit.services import record
from cases.conf import upload_limits
from cases.imaging import load_rgb
from cases.services.decoding import decode_stored
from education.import_folder import Entry, read_folder
from education.models import SIDE_PX, SIDE_UM, MaterialState, Source, TeachingCell, TeachingField, Truth
from education.services.material import keep_cell, keep_field, pixel_hash
from hematovision.errors import Conflict, DomainError, Unprocessable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from accounts.models import Organisation

_SIZES_OF_TEXTS = {"licence": 60, "credit": 300, "stain": 40, "camera": 120}


@dataclass(frozen=True, slots=True)
class Imported:
    """How many cells and fields are new, how many were there, and how many stay away because they were recalled."""

    cells: int = 0
    fields: int = 0
    there: int = 0
    recalled: int = 0


def import_material() -> Imported:
    """Take the material that ships with the product, shared by all laboratories; what is there stays as it is."""
    # Part of the product as its code is, so no process of its own is needed to open it: a tenth of the time.
    return _import(
        read_folder(settings.BASE_DIR / "material", licence="", credit=""), _Run(None, Source.PUBLIC, _open_here)
    )


def import_folder(
    folder: Path,
    *,
    licence: str,
    credit: str,
    laboratory: Organisation | None = None,
    own: bool = False,
    state: str = MaterialState.OPEN,
    um_per_px: float | None = None,
) -> Imported:
    """Take all pictures of a folder (see `read_folder`), for one `laboratory` or shared by all.

    Pictures count as published by experts; `own` ones of a laboratory are one person's opinion, which gives no marks. A picture
    that is there stays as it is, one that was recalled stays away. Raises `Unprocessable` naming the file, and
    nothing was taken.
    """
    if own and laboratory is None:
        raise Unprocessable("Pictures of a laboratory's own belong to a laboratory: name it.")  # not translated
    entries = read_folder(folder, licence=licence, credit=credit, um_per_px=um_per_px)
    for entry in entries:
        _check_texts(entry)
    return _import(entries, _Run(laboratory, Source.OWN if own else Source.PUBLIC, decode_stored, state))


def _import(entries: Sequence[Entry], run: _Run) -> Imported:
    try:
        with transaction.atomic():
            for entry in entries:
                run.take(entry)
            if run.kept:
                _record(run, entries)
    except BaseException as error:
        # The rows went with the transaction.
        for kept in run.kept:
            kept.picture.storage.delete(str(kept.picture.name))
        if isinstance(error, IntegrityError):
            sentence = "The same pictures were being imported by somebody else. Import them again."  # not translated
            raise Conflict(sentence) from error
        raise
    return run.result()


def _open_here(file: IO[bytes]) -> NDArray[np.uint8]:
    return load_rgb(file, limits=upload_limits())


class _Run:
    """One import under way: what it kept, and what it saw."""

    def __init__(
        self,
        laboratory: Organisation | None,
        source: Source,
        decode: Callable[[IO[bytes]], NDArray[np.uint8]],
        state: str = MaterialState.OPEN,
    ) -> None:
        self.laboratory = laboratory
        self.kept: list[TeachingCell | TeachingField] = []
        truth = Truth.SINGLE if source == Source.OWN else Truth.PUBLISHED
        self._columns = {"source": source, "truth": truth, "state": state}
        self._decode = decode
        self._there = self._recalled = 0
        self._seen: dict[str, Entry] = {}

    def take(self, entry: Entry) -> None:
        """Open a picture and keep it, unless it is there or was recalled."""
        rgb = self._opened(entry.path)
        pixels, scale = (rgb, entry.um_per_px) if entry.boxes else square_of(rgb, entry.um_per_px)
        digest = pixel_hash(pixels)
        twin = self._seen.setdefault(digest, entry)
        if (twin.cell_class, twin.boxes) != (entry.cell_class, entry.boxes):
            raise Unprocessable(f"{twin.path} and {entry.path} are one picture under two classes.")  # not translated
        model = TeachingField if entry.boxes else TeachingCell
        states = set(
            model.objects.filter(laboratory=self.laboratory, pixel_hash=digest).values_list("state", flat=True)
        )
        if states:
            self._recalled += states == {MaterialState.RECALLED}
            self._there += states != {MaterialState.RECALLED}
            return
        self.kept.append(self._keep(entry, pixels, scale))

    def _opened(self, path: Path) -> NDArray[np.uint8]:
        try:
            with path.open("rb") as file:
                return self._decode(file)
        except DomainError as error:
            raise Unprocessable(f"{path}: {error.sentence}") from error
        except OSError as error:
            raise Unprocessable(f"{path} cannot be read: {error.strerror}.") from error  # not translated

    def _keep(self, entry: Entry, pixels: NDArray[np.uint8], scale: float | None) -> TeachingCell | TeachingField:
        texts = {name: getattr(entry, name) for name in _SIZES_OF_TEXTS}
        columns: dict[str, Any] = {"laboratory": self.laboratory, "um_per_px": scale, **texts, **self._columns}
        if not entry.boxes:
            return keep_cell(pixels=pixels, cell_class=entry.cell_class, **columns)[0]
        height, width = pixels.shape[:2]
        if any(box.x + box.w > width or box.y + box.h > height for box in entry.boxes):
            raise Unprocessable(f"{entry.path}: a box lies outside of its picture.")  # not translated
        boxes = [(box.x, box.y, box.w, box.h, box.cell_class) for box in entry.boxes]
        return keep_field(pixels=pixels, boxes=boxes, **columns)[0]

    def result(self) -> Imported:
        """What came of it."""
        cells = sum(isinstance(kept, TeachingCell) for kept in self.kept)
        return Imported(cells, len(self.kept) - cells, self._there, self._recalled)


def square_of(rgb: NDArray[np.uint8], um_per_px: float | None) -> tuple[NDArray[np.uint8], float | None]:
    """The middle of a picture of one cell as (256, 256, 3) uint8 RGB, and its scale.

    22 um wide where the scale of the picture is known and it is that large, else its largest square.
    """
    height, width = rgb.shape[:2]
    side = min(height, width)
    if um_per_px is not None:
        side = max(1, min(side, round(SIDE_UM / um_per_px)))
    top, left = (height - side) // 2, (width - side) // 2
    square = Image.fromarray(np.ascontiguousarray(rgb[top : top + side, left : left + side]))
    sized = square.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    return np.asarray(sized), None if um_per_px is None else side * um_per_px / SIDE_PX


def _check_texts(entry: Entry) -> None:
    for name, most in _SIZES_OF_TEXTS.items():
        if len(getattr(entry, name)) > most:
            raise Unprocessable(f"{entry.path}: the {name} is longer than {most} characters.")  # not translated


def _record(run: _Run, entries: Sequence[Entry]) -> None:
    result = run.result()
    record(
        actor=None,
        action=Action.CREATE,
        object_type="education.teachingcell",
        laboratory_id=run.laboratory.pk if run.laboratory else None,
        reason="Teaching material imported.",  # not translated
        after={
            "cells": result.cells,
            "fields": result.fields,
            "licences": sorted({entry.licence for entry in entries}),
            "credits": sorted({entry.credit for entry in entries}),
        },
    )
