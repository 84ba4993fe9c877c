"""`training` on a bare GPU host: Django and every app of the platform made unimportable, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ABSENT = [
    "django",
    "rest_framework",
    "celery",
    "structlog",
    "hematovision",
    "accounts",
    "audit",
    "cases",
    "training_runs",
    "notices",
    "review",
    "consult",
    "reports",
    "inbox",
    "oversight",
]
WITHOUT_THE_PLATFORM = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT!r}:
            raise ModuleNotFoundError(f"{{name}} is not installed here", name=name)

sys.meta_path.insert(0, Absent())
"""


def run_python(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_PLATFORM + code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def python_m_training(*arguments):
    return run_python("import runpy; runpy.run_module('training', run_name='__main__', alter_sys=True)", *arguments)


def test_the_platform_really_is_absent_in_these_tests():
    assert "django is not installed here" in run_python("import django").stderr


def test_python_m_training_lists_every_step_but_entering_the_registry():
    answer = python_m_training("--help")

    assert (answer.returncode, answer.stderr) == (0, "")
    for step in ("prepare", "explore", "crops", "preview", "fit", "tune", "export", "evaluate", "compare", "card"):
        assert f"\n    {step} " in answer.stdout
    assert "register" not in answer.stdout


@pytest.mark.slow
def test_every_module_of_the_library_can_be_imported():
    answer = run_python(
        "import importlib, pkgutil, training\n"
        "names = [m.name for m in pkgutil.walk_packages(training.__path__, 'training.') if m.name != 'training.__main__']\n"
        "for name in names: importlib.import_module(name)\n"
        "print(len(names))"
    )

    assert answer.returncode == 0, answer.stderr
    assert int(answer.stdout) == len(list((ROOT / "training").rglob("*.py"))) - 2


@pytest.mark.slow
def test_images_become_a_manifest_and_crops(drawn_cells, tmp_path):
    for step in (
        ("prepare", drawn_cells, "--out", tmp_path / "manifest", "--near", "none"),
        ("crops", tmp_path / "manifest", "--out", tmp_path / "crops", "--size", 32, "--um-per-px", 0.5),
    ):
        answer = python_m_training(*step)
        assert answer.returncode == 0, answer.stderr

    assert (tmp_path / "crops" / "views.npy").is_file()
