"""Every setting that the code reads is in the table of the RUNBOOK, in example.env, and reaches the containers."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
#: Where the running system reads its environment; trainings and tests have one of their own.
READERS = [
    *(ROOT / "hematovision").rglob("*.py"),
    *(ROOT / "deploy").glob("*.py"),
    *(ROOT / "classifier").rglob("*.py"),
]
_READ = re.compile(r"""(?:\benv(?:\.\w+)?|\benviron\.get|\benviron)[(\[]\s*["']([A-Z][A-Z_0-9]+)["']""")

#: Read, and nobody's setting: each with its reason.
NO_SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "which kind of installation it is; set by the image and the Makefile",
    "HEMATOVISION_STATIC_ROOT": "set by the image, which holds the collected files",
    "HEMATOVISION_DEBUG": "for development; production refuses to start with it",
    "DEBUG": "a habit of other projects; production refuses to start with it",
    "HEMATOVISION_SECURE_COOKIES": "production refuses to start without",
    "HEMATOVISION_TEST_AXES": "the test settings",
    "HEMATOVISION_TEST_VAR": "the test settings",
    "PYTEST_XDIST_WORKER": "the test settings",
    "MAKELEVEL": "set by make",
    "CHECK_TOKEN": "who asks in one run of deploy.check_upload",
    "CHECK_COOKIES": "who asks in one run of deploy.check_upload",
    "PATH": "the operating system",
    "PYTHONUNBUFFERED": "Python",
    "KERAS_BACKEND": "Keras",
    "PROMETHEUS_MULTIPROC_DIR": "what the metrics library calls WEB_METRICS_DIR",
    "TF_CPP_MIN_LOG_LEVEL": "TensorFlow",
}
#: docker-compose.yml knows its own database, broker, volume and port.
SET_BY_COMPOSE = {"DATABASE_URL", "REDIS_URL", "HEMATOVISION_CACHE_URL", "HOST", "PORT"}
SET_BY_THE_IMAGE = {"HEMATOVISION_VAR"}
#: Of docker-compose.yml itself, not of the application.
OF_COMPOSE = {"POSTGRES_PASSWORD", "HEMATOVISION_BIND"}


@pytest.fixture(scope="module")
def read():
    found = {name for path in READERS for name in _READ.findall(path.read_text())}
    return found - NO_SETTINGS.keys()


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def in_the_table():
    text = (ROOT / "docs" / "RUNBOOK.md").read_text()
    rows = re.search(r"\| variable \| meaning \| default \|\n(.*?)\n\n", text, re.DOTALL).group(1)
    return [name for row in rows.splitlines() for name in re.findall(r"`([A-Z][A-Z_0-9]+)`", row.split("|")[1])]


def in_example_env():
    return re.findall(r"^#?([A-Z][A-Z_0-9]+)=", (ROOT / "deploy" / "example.env").read_text(), re.MULTILINE)


def test_the_code_is_understood(read):
    assert {"DATABASE_URL", "HEMATOVISION_BASE_URL", "HEMATOVISION_THREADS", "WEB_THREADS"} <= read


def test_the_runbook_lists_what_the_code_reads(read):
    listed = in_the_table()
    assert set(listed) == read
    assert len(listed) == len(set(listed))


def test_example_env_lists_what_may_be_set(read):
    listed = in_example_env()
    assert set(listed) == read - SET_BY_COMPOSE - SET_BY_THE_IMAGE | OF_COMPOSE
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("part", ["web", "worker", "worker-gpu", "trainer", "beat", "lis", "migrate"])
def test_every_setting_reaches_every_container(read, compose, part):
    given = set(compose[part]["environment"])
    web_only = {name for name in read if name.startswith("WEB_")} | {"HOST", "PORT"}
    needed = read - SET_BY_THE_IMAGE - (set() if part == "web" else web_only)
    assert needed - given == set()
    assert given - read <= {"NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES"}


def test_what_compose_takes_from_the_environment_is_in_example_env(compose):
    taken = set(re.findall(r"\$\{([A-Z_0-9]+)", (ROOT / "docker-compose.yml").read_text()))
    assert taken <= set(in_example_env())


def test_a_setting_is_taken_under_its_own_name(compose):
    for name, value in compose["web"]["environment"].items():
        if value is not None and name not in SET_BY_COMPOSE:
            assert re.match(rf"\$\{{{name}(:[?-]|\}})", str(value)), name
