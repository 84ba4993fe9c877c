"""Makes what is installed on a computer beside a microscope: a wheel, and one file that holds requests as well.

python tools/watch/package.py FOLDER

The file, `hematovision-watch.pyz`, runs on any Python from 3.9 on: `py hematovision-watch.pyz --help`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipapp
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULE = HERE / "hematovision_watch.py"
MAIN = "import sys\n\nimport hematovision_watch\n\nsys.exit(hematovision_watch.main())\n"
ARCHIVE = "hematovision-watch.pyz"


def make_wheel(into: Path) -> None:
    """Build the wheel in a copy, so that nothing of the build stays here."""
    with tempfile.TemporaryDirectory() as folder:
        for path in (MODULE, HERE / "pyproject.toml"):
            shutil.copy(path, folder)
        _pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(into), folder)


def fetch_libraries(into: Path) -> None:
    """Install the locked libraries as they are on every system: nothing compiled, nothing newer than the oldest Python."""
    anywhere = ["--platform", "any", "--implementation", "py", "--python-version", "3.9", "--only-binary", ":all:"]
    locked = ["--require-hashes", "--requirement", str(HERE / "requirements.txt")]
    _pip("install", "--no-deps", "--no-compile", *anywhere, *locked, "--target", str(into))


def make_archive(libraries: Path, into: Path) -> Path:
    """Put the program and its libraries into one file, and return it."""
    shutil.copy(MODULE, libraries)
    (libraries / "__main__.py").write_text(MAIN)
    archive = into / ARCHIVE
    zipapp.create_archive(libraries, archive, interpreter="/usr/bin/env python3", compressed=True)
    return archive


def main(into: Path) -> None:
    """Make both."""
    into.mkdir(parents=True, exist_ok=True)
    make_wheel(into)
    with tempfile.TemporaryDirectory() as folder:
        libraries = Path(folder)
        fetch_libraries(libraries)
        make_archive(libraries, into)


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)  # noqa: S603 - our own arguments


if __name__ == "__main__":
    main(Path(sys.argv[1]))
