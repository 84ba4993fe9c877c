"""The images the network really sees: one crop a labelled cell, cut once by the service's own detector and scale.

``build_crops`` turns a manifest (see ``training.prepare``) into a folder of three files:

* ``patches.npy``  ``(N, 192, 192, 3)`` uint8 RGB at 0.15 um/px, wider than the network's view so that augmentation can
  turn, shift and zoom without running out of image; as photographed, not white-balanced;
* ``views.npy``    ``(N, size, size, 3)`` uint8, exactly what the service would cut, for validation;
* ``index.csv``    one row a crop: path, label, group, split, source, glass colour, how it was found.
"""

from __future__ import annotations

import csv
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from classifier.inference.colour import Rgb, background_colour
from classifier.inference.crops import CropSpec, crop_cells
from classifier.inference.detector import detect_cells
from classifier.inference.scale import measure_red_cells
from classifier.inference.scale_choice import PooledScale, pooled_scale
from classifier.inference.single_cells import Pick, labelled_centre
from classifier.inference.white_cells import measure_white_cells
from training.atomic import whole_folder
from training.errors import BadData
from training.progress import progress, say

PATCH = CropSpec(size_px=192, um_per_px=0.15, white_balance=False)
#: Fields measured for the pooled scale of a source; more change it by less than one percent.
_RULER_SAMPLE = 150
#: Images handed to a process at a time.
_CHUNK = 16


@dataclass(frozen=True)
class CropRow:
    """One crop and where it came from. ``found`` is "located" (the detector found it) or "centre"; ``glass`` the field's background colour."""

    path: str
    label: str
    group: str
    split: str
    source: str
    found: str
    um_per_px: float
    glass_red: float
    glass_green: float
    glass_blue: float


def read_rgb(path: str | Path) -> Rgb:
    """An image file as ``(H, W, 3)`` uint8 RGB. Raises BadData naming the file when it cannot be read."""
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError) as error:
        raise BadData(f"{path} cannot be read as an image: {error}") from error


def source_scale(source: str, paths: Sequence[str]) -> PooledScale:
    """One scale for the images of one camera, pooled over an even sample of them: red cells, else white cells.

    Raises BadData, naming ``source``, where neither tells it.
    """
    step = max(1, len(paths) // _RULER_SAMPLE)
    sample = paths[::step]
    found = pooled_scale(
        (measure_red_cells(read_rgb(path)) for path in sample), (measure_white_cells(read_rgb(path)) for path in sample)
    )
    if found is None:
        raise BadData(
            f"The scale of {source} is not known: neither red cells nor enough white cells can be measured in its images. "
            f"Give it in micrometres per pixel, for example --scale {source}=0.1."
        )
    return found


def build_crops(
    rows: Sequence[dict[str, str]],
    *,
    out: Path,
    spec: CropSpec,
    pick: dict[str, Pick],
    scales: Mapping[str, float] | None = None,
    workers: int = 2,
) -> Path:
    """Cut one crop a manifest row into the folder ``out`` (written whole or not at all) and return it.

    ``rows`` need path, label, group, split and source; ``pick`` says "central" or "largest" for each source, ``scales`` the
    um/px of those whose scale is known; ``workers`` processes cut. Raises BadData where the scale of another cannot be measured.
    """
    by_source: dict[str, list[str]] = {}
    for row in rows:
        by_source.setdefault(row["source"], []).append(row["path"])
    given = dict(scales or {})
    if strange := sorted(given.keys() - by_source.keys()):
        raise BadData(
            f"A scale was given for {', '.join(strange)}, but the sources are {', '.join(sorted(by_source))}."
        )
    used = {source: given.get(source) or _measured(source, paths) for source, paths in by_source.items()}

    cut = _Cut(used, pick, spec)
    with whole_folder(out, replace=True) as draft, _many(workers) as each:
        shape = (len(rows), PATCH.size_px, PATCH.size_px, 3)
        patches = np.lib.format.open_memmap(draft / "patches.npy", mode="w+", dtype=np.uint8, shape=shape)
        shape = (len(rows), spec.size_px, spec.size_px, 3)
        views = np.lib.format.open_memmap(draft / "views.npy", mode="w+", dtype=np.uint8, shape=shape)
        index = []
        for i, (patch, view, made) in enumerate(progress(each(cut, rows), label="Cutting", total=len(rows))):
            patches[i], views[i] = patch, view
            index.append(made)
        patches.flush()
        views.flush()
        write_index(draft / "index.csv", index)
    return out


@dataclass(frozen=True)
class _Cut:
    """Cuts the labelled cell out of one image; a value, so that another process can be given it."""

    scales: Mapping[str, float]
    pick: Mapping[str, Pick]
    spec: CropSpec

    def __call__(self, row: dict[str, str]) -> tuple[Rgb, Rgb, CropRow]:
        rgb = read_rgb(row["path"])
        scale = self.scales[row["source"]]
        centre, detected = labelled_centre(
            detect_cells(rgb, um_per_px=scale),
            width=rgb.shape[1],
            height=rgb.shape[0],
            pick=self.pick.get(row["source"], "central"),
        )
        red, green, blue = (round(float(c), 2) for c in background_colour(rgb))
        made = CropRow(
            path=row["path"],
            label=row["label"],
            group=row["group"],
            split=row["split"],
            source=row["source"],
            found="located" if detected else "centre",
            um_per_px=scale,
            glass_red=red,
            glass_green=green,
            glass_blue=blue,
        )
        patch, view = (crop_cells(rgb, [centre], um_per_px=scale, spec=spec)[0] for spec in (PATCH, self.spec))
        return patch, view, made


@contextmanager
def _many(workers: int) -> Iterator[Callable[[_Cut, Sequence[dict[str, str]]], Iterator[tuple[Rgb, Rgb, CropRow]]]]:
    """A ``map`` over that many processes: threads would wait for one another, as most of a cut holds the interpreter."""
    if workers == 1:
        yield map
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _one_thread) as pool:
        yield partial(pool.map, chunksize=_CHUNK)


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _measured(source: str, paths: Sequence[str]) -> float:
    found = source_scale(source, paths)
    say(
        f"Scale of {source}: {found.um_per_px:.4f} um/px, {found.source} of {found.fields} fields, ± {found.error:.0%}."
    )
    return found.um_per_px


def write_index(path: Path, rows: Iterable[CropRow]) -> None:
    """Write ``index.csv``."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(CropRow.__annotations__))
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


@dataclass(frozen=True)
class Crops:
    """A folder written by ``build_crops``, opened; arrays stay on disk until touched."""

    patches: np.ndarray
    views: np.ndarray
    rows: list[CropRow]

    @classmethod
    def open(cls, folder: Path | str) -> Crops:
        """Raises BadData when the folder does not hold a whole crop set."""
        folder = Path(folder)
        try:
            patches = np.load(folder / "patches.npy", mmap_mode="r")
            views = np.load(folder / "views.npy", mmap_mode="r")
            with (folder / "index.csv").open(newline="", encoding="utf-8") as stream:
                rows = [_row(raw) for raw in csv.DictReader(stream)]
        except (OSError, ValueError, KeyError) as error:
            raise BadData(f"{folder} holds no crop set: {error}") from error
        if not len(patches) == len(views) == len(rows):
            raise BadData(f"{folder} is not whole: {len(patches)} patches, {len(views)} views, {len(rows)} rows.")
        return cls(patches, views, rows)

    def of_main_source(self, rows: np.ndarray) -> np.ndarray:
        """Which of some rows ``(N,)`` are of the source that most of them are of, ``(N,)`` bool."""
        sources = np.array([self.rows[i].source for i in rows])
        names, counts = np.unique(sources, return_counts=True)
        return np.asarray(sources == names[counts.argmax()])

    def where(self, *, split: str, sources: Sequence[str] | None = None) -> np.ndarray:
        """Row numbers of one split, of some sources only when given."""
        return np.array(
            [i for i, r in enumerate(self.rows) if r.split == split and (sources is None or r.source in sources)],
            dtype=np.int64,
        )

    def glass(self) -> np.ndarray:
        """Background colours, ``(N, 3)`` float32."""
        return np.array([[r.glass_red, r.glass_green, r.glass_blue] for r in self.rows], np.float32)


def _row(raw: dict[str, str]) -> CropRow:
    return CropRow(
        path=raw["path"],
        label=raw["label"],
        group=raw["group"],
        split=raw["split"],
        source=raw["source"],
        found=raw["found"],
        um_per_px=float(raw["um_per_px"]),
        glass_red=float(raw["glass_red"]),
        glass_green=float(raw["glass_green"]),
        glass_blue=float(raw["glass_blue"]),
    )
