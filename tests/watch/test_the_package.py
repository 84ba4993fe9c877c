"""What is installed on a computer beside a microscope: a wheel that asks for requests alone, and one file that asks for nothing."""

import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools.watch.hematovision_watch import __version__
from tools.watch.package import HERE, make_archive, make_wheel

pytestmark = pytest.mark.slow


def test_the_wheel_is_for_every_system_and_asks_for_requests_alone(tmp_path):
    make_wheel(tmp_path)
    (wheel,) = tmp_path.iterdir()
    assert wheel.name == f"hematovision_watch-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as opened:
        about = f"hematovision_watch-{__version__}.dist-info"
        metadata = opened.read(f"{about}/METADATA").decode()
        assert "hematovision-watch = hematovision_watch:main" in opened.read(f"{about}/entry_points.txt").decode()
    assert [line for line in metadata.splitlines() if line.startswith("Requires-")] == [
        "Requires-Python: >=3.9",
        "Requires-Dist: requests>=2.31",
    ]
    # A build leaves nothing beside the source.
    assert not {"build", "dist", "hematovision_watch.egg-info"} & {path.name for path in HERE.iterdir()}


def test_the_file_needs_nothing_but_python(tmp_path):
    libraries = tmp_path / "libraries"
    for name in ("requests", "urllib3", "idna", "certifi"):
        shutil.copytree(Path(find_spec(name).origin).parent, libraries / name)
    archive = make_archive(libraries, tmp_path)
    # Without what is installed here.
    alone = [sys.executable, "-I", "-S", "-W", "ignore", str(archive)]
    ended = subprocess.run([*alone, "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout == f"hematovision-watch {__version__}\n"
    # The exit status is the program's.
    wrong = [*alone, "--url", "http://smears.example", "--client-id", "a", "--secret-file", "b", str(tmp_path)]
    assert subprocess.run(wrong, capture_output=True, check=False).returncode == 2
