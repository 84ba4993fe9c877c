"""The pictures the check is fitted to and measured on, one at a time: smears of several cameras, and everything else.

What is kept apart comes from other cameras and other packages than what is fitted to, as it is: not varied, one of a file.
"""

from __future__ import annotations

import shutil
import subprocess
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, UnidentifiedImageError

from classifier.inference.synthetic import STAINS, draw_field
from training.smear_check.drawn import DRAWN
from training.smear_check.packages import PACKAGES, Package, files_of, folder_of, pages_of
from training.smear_check.views import compressed, enlarged, photographed_screen, vary_other, vary_smear

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from classifier.inference.types import Rgb

_LARGEST_PX = 1600
_SMALLEST_PX = 120
#: So many files of a package at most are fitted to, and so many are kept apart of one.
_MOST_FITTED, _MOST_APART = 60, 80
_SECTION_PX = 520
_DRAWN_SIZES = ((640, 480), (500, 400), (800, 600), (360, 360), (250, 250), (480, 360), (320, 240))
_CELLS = ["neutrophil", "lymphocyte", "monocyte", "eosinophil", "platelet"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture (H, W, 3) uint8 RGB: what it shows, where it comes from, and whether it is varied or as it came."""

    rgb: Rgb
    source: str
    kind: str
    is_smear: bool
    is_varied: bool = False


def read(path: Path) -> Rgb | None:
    """A picture file on white, at most 1600 px; None where it cannot be read or is too small to show anything."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as opened:
                if max(opened.size) > 8 * _LARGEST_PX or min(opened.size) < _SMALLEST_PX:
                    return None
                opened.draft("RGB", (_LARGEST_PX, _LARGEST_PX))
                drawn = opened.convert("RGBA")
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    sheet = Image.new("RGBA", drawn.size, (255, 255, 255, 255))
    sheet.alpha_composite(drawn)
    picture = sheet.convert("RGB")
    picture.thumbnail((_LARGEST_PX, _LARGEST_PX))
    return np.asarray(picture)


def smears_to_fit(data: Path, *, seed: int = 1, most: int = 220, views: int = 2) -> Iterator[Picture]:
    """Fields of the cameras whose licence grants training, each as it is and varied; none of the official TEST."""
    rng = np.random.default_rng(seed)
    held = set((data / "bccd" / "test_originals.txt").read_text(encoding="utf-8").split())
    folders = {
        "bccd": [path for path in sorted((data / "bccd" / "originals").glob("*.jpg")) if path.name not in held],
        "raabin": sorted((data / "raabin").glob("*.webp")),
        "pbc": sorted((data / "pbc").glob("*/*.webp")),
    }
    for camera, paths in folders.items():
        chosen = rng.permutation(len(paths))[:most]
        for rgb in _opened(paths[index] for index in chosen):
            yield Picture(rgb, camera, "smear", is_smear=True)
            for _ in range(views):
                yield Picture(vary_smear(rgb, rng), camera, "smear", is_smear=True, is_varied=True)
    for rgb in drawn_smears(200, seed=seed):
        yield Picture(rgb, "drawn smears", "smear", is_smear=True)
        yield Picture(vary_smear(rgb, rng), "drawn smears", "smear", is_smear=True, is_varied=True)


def drawn_smears(count: int, *, seed: int) -> Iterator[Rgb]:
    """Fields as the demo and the tests draw them: every stain and scale, small and large, crowded and nearly empty."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        width, height = _DRAWN_SIZES[rng.integers(len(_DRAWN_SIZES))]
        scale = float(rng.uniform(0.07, 0.2))
        crowding = float(rng.choice([0, 0.05, 0.3, 0.5, 0.75]))
        fewest = 0 if crowding > 0.2 else 1
        room = min(width, height) * scale
        most = 5 if room > 50 else 1
        yield draw_field(
            seed=int(rng.integers(1 << 30)),
            width=width,
            height=height,
            um_per_px=scale,
            stain=list(STAINS)[rng.integers(len(STAINS))],
            cells=[str(name) for name in rng.choice(_CELLS, int(rng.integers(fewest, most + 1)))],
            blur=float(rng.choice([0.12, 0.12, 0.5, 1.0, 1.5])),
            crowding=crowding,
            with_platelets=bool(rng.random() < 0.5),
        )[0]


def smears_kept_apart(data: Path, *, seed: int = 2) -> Iterator[Picture]:
    """Fields of cameras that nothing was fitted to, the originals of the official TEST and some of its copies, as they are."""
    rng = np.random.default_rng(seed)
    held = set((data / "bccd" / "test_originals.txt").read_text(encoding="utf-8").split())
    folders = {
        "lisc (never seen)": sorted((data / "lisc").glob("*/*.webp")),
        "deepapl (never seen)": sorted((data / "deepapl").glob("*/*.webp")),
        "bccd TEST originals": [p for p in sorted((data / "bccd" / "originals").glob("*.jpg")) if p.name in held],
        "kaggle TEST copies": _some(sorted((data / "kaggle" / "TEST").glob("*/*.jpeg")), 200, rng),
    }
    for source, paths in folders.items():
        for rgb in _opened(paths):
            yield Picture(rgb, source, "smear", is_smear=True)
    for rgb in drawn_smears(60, seed=seed + 100):
        yield Picture(rgb, "drawn smears (other seeds)", "smear", is_smear=True)


def others_to_fit(root: Path, *, seed: int = 3, drawn: int = 30) -> Iterator[Picture]:
    """Pictures of other things, of the packages that are fitted to: each as it is and in varied parts."""
    rng = np.random.default_rng(seed)
    for package in PACKAGES:
        if package.kept_apart:
            continue
        for rgb in _pictures_of(package, root, _MOST_FITTED, rng):
            yield Picture(rgb, package.name, package.kind, is_smear=False)
            yield from _varied(rgb, package.name, package.kind, rng)
    for name, file in (("immunohistochemistry", "ihc.png"), ("retina", "retina.jpg")):
        for tissue in _opened(folder_of(_package("scikit-image"), root).rglob(file)):
            yield from _varied(tissue, name, "other tissue", rng)
    for kind, draw in DRAWN.items():
        # What imitates cells is the hardest, and no two of it look alike.
        for _ in range(4 * drawn if kind == "circles_like_cells" else drawn):
            yield Picture(draw(rng), f"drawn: {kind}", "drawings", is_smear=False)
            yield Picture(vary_other(draw(rng), rng), f"drawn: {kind}", "drawings", is_smear=False, is_varied=True)


def _varied(rgb: Rgb, source: str, kind: str, rng: np.random.Generator) -> Iterator[Picture]:
    """Varied parts of one picture; there are few sections of tissue to fit to, and many ways to show one."""
    is_tissue = kind == "other tissue"
    for _ in range(16 if is_tissue else 2):
        yield Picture(vary_other(rgb, rng), source, kind, is_smear=False, is_varied=True)
    for _ in range(40 if is_tissue else 0):
        yield Picture(enlarged(rgb, rng), source, kind, is_smear=False, is_varied=True)


def others_kept_apart(root: Path, *, pages: Path | None = None, seed: int = 4) -> Iterator[Picture]:
    """Pictures of other things of packages that nothing was fitted to, one of each file; sections of tissue in tiles.

    `pages` is a folder with screenshots of the product's own pages. Every fifth screen is a phone's picture of it.
    """
    rng = np.random.default_rng(seed)
    for package in PACKAGES:
        if not package.kept_apart:
            continue
        for number, rgb in enumerate(_pictures_of(package, root, _MOST_APART, rng)):
            shown = rgb
            if package.kind == "screens" and number % 5 == 0:
                shown = photographed_screen(rgb, rng)
            yield Picture(shown, package.name, package.kind, is_smear=False)
    for page in _opened(sorted(pages.glob("*.png")) if pages else ()):
        yield Picture(page, "pages of the product", "screens", is_smear=False)
        yield Picture(photographed_screen(page, rng), "pages of the product", "screens", is_smear=False)
    for kind, draw in DRAWN.items():
        for _ in range(6):
            yield Picture(compressed(draw(rng), 85), f"drawn: {kind}", "drawings", is_smear=False)


def _package(name: str) -> Package:
    return next(package for package in PACKAGES if package.name.startswith(name))


def _pictures_of(package: Package, root: Path, most: int, rng: np.random.Generator) -> Iterator[Rgb]:
    """Pictures of a package, the same one in several sizes but once; its pages as a browser shows them."""
    if package.pages:
        yield from _screens_of(package, root, rng)
    seen: set[bytes] = set()
    given = 0
    for path in _some(files_of(package, root), 4 * most, rng):
        if given >= most:
            return
        whole = read_section(path) if path.suffix == ".svs" else read(path)
        if whole is None:
            continue
        for rgb in tiles(whole) if package.kind == "other tissue" and package.kept_apart else [whole]:
            look = np.asarray(Image.fromarray(rgb).convert("L").resize((9, 8))) >> 4
            if look.tobytes() in seen:
                continue
            seen.add(look.tobytes())
            given += 1
            yield rgb


def read_section(path: Path) -> Rgb:
    """The first page of a scanned section, whole."""
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB"))


def tiles(rgb: Rgb) -> Iterator[Rgb]:
    """A scanned section in fields of the size a camera takes; those that are nearly all glass are left out."""
    for top in range(0, rgb.shape[0] - _SECTION_PX // 2, _SECTION_PX):
        for left in range(0, rgb.shape[1] - _SECTION_PX // 2, _SECTION_PX):
            part = np.ascontiguousarray(rgb[top : top + _SECTION_PX, left : left + _SECTION_PX])
            if float((part.max(axis=2) < 225).mean()) > 0.2 or float(part.std()) > 22:
                yield part


def _screens_of(package: Package, root: Path, rng: np.random.Generator) -> Iterator[Rgb]:
    """Screenshots of a package's pages with Chromium, wide and as a phone shows them; kept beside the package."""
    folder = root / f"{folder_of(package, root).name}.screens"
    if not folder.is_dir():
        folder.mkdir()
        browser = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
        for number, page in enumerate(_some(pages_of(package, root), 26, rng)):
            size = "1280,800" if number % 2 else "412,860"
            options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}")
            target = folder / f"{number:03}.png"
            subprocess.run(  # noqa: S603 - the browser of this host, on files of a package
                [browser, *options, f"--screenshot={target}", page.as_uri()],
                capture_output=True,
                check=False,
                timeout=60,
            )
    yield from _opened(sorted(folder.glob("*.png")))


def _opened(paths: Iterable[Path]) -> Iterator[Rgb]:
    """The pictures of those files that can be read."""
    for path in paths:
        rgb = read(path)
        if rgb is not None:
            yield rgb


def _some(paths: list[Path], most: int, rng: np.random.Generator) -> list[Path]:
    return [paths[index] for index in sorted(rng.permutation(len(paths))[:most])]
