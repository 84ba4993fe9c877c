"""The lock files name versions only: no index host, no path of the host that compiled them."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-gpu.txt"]
PINNED = re.compile(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[0-9][^\s;]*( ; .+)?")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pinned_name(lock):
    lines = [line for line in (ROOT / lock).read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize(
    "name",
    ["django", "djangorestframework", "celery", "redis", "pillow", "numpy", "psycopg2-binary", "django-allauth"],
)
def test_the_stack_is_in_the_lock(name):
    assert re.search(rf"^{name}==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)


def test_markers_choose_the_tensorflow_of_the_host():
    lock = (ROOT / "requirements.txt").read_text()
    assert re.search(r"^tensorflow==\S+ ; .*!=", lock, re.MULTILINE)
    assert re.search(
        r"^tensorflow-cpu==\S+ ; platform_machine == 'x86_64' and sys_platform == 'linux'$", lock, re.MULTILINE
    )


def test_psycopg_3_is_not_beside_psycopg2():
    assert not re.search(r"^psycopg(\[.*\])?==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
