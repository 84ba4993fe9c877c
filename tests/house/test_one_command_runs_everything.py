"""`make run` as it is: real processes from nothing to ready, and nothing left behind when they stop."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories.bundle import tiny_bundle

ROOT = Path(settings.BASE_DIR)
PATIENCE = 600  # seconds a busy machine may need; a sound one needs ten

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("supervisor")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def environment(tmp_path_factory, _kept_database):
    """A migrated installation of its own with a model in use, as `make run` prepares it."""
    var = tmp_path_factory.mktemp("var")
    if _kept_database is not None and _kept_database.exists():
        # To apply all migrations takes half a minute beside other tests; `migrate` still looks over what it is given.
        shutil.copyfile(_kept_database, var / "hematovision.sqlite3")
    bundle = tiny_bundle(tmp_path_factory.mktemp("models") / "tiny")
    directory = Path(getattr(bundle, "directory", bundle))
    card = json.loads((directory / "card.json").read_text())
    card["metrics"] = {"n": 8, "accuracy": 0.125, "macro_f1": 0.125}
    (directory / "card.json").write_text(json.dumps(card))
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    found = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "hematovision.settings.local",
        "HEMATOVISION_VAR": str(var),
        "HEMATOVISION_MODEL_DIR": str(directory),
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "OMP_NUM_THREADS": "1",
    }
    for command in (["migrate", "--no-input", "--verbosity", "0"], ["ensure_model"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=found, check=True, capture_output=True)
    return found


class Running:
    """A started supervisor whose output is read as it comes."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.ready = threading.Event()
        self.again = threading.Event()
        self.ended = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if "student@" in line:
                self.ready.set()
            if self.ready.is_set() and "started (pid=" in line:
                self.again.set()
        self.ended.set()

    @property
    def children(self) -> list[int]:
        return [int(pid) for line in self.lines for pid in re.findall(r"started \(pid=(\d+)\)", line)]

    def started(self, name: str) -> int:
        """The process id that `name` was last started under."""
        return int(
            [line for line in self.lines if f" {name} " in line and "started (pid=" in line][-1][:-1].split("=")[1]
        )

    def wait_until_ready(self) -> None:
        assert self.ready.wait(PATIENCE), "\n".join(self.lines)

    def wait_until_gone(self) -> int:
        assert self.ended.wait(PATIENCE), "\n".join(self.lines)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        for pid in [self.process.pid, *self.children]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        self.ended.wait(PATIENCE)
        self.process.stdout.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def start(environment):
    started: list[Running] = []

    def make(*command: str, **more: str) -> Running:
        started.append(Running(list(command), {**environment, **more}))
        return started[-1]

    yield make
    for running in started:
        running.close()


def test_it_says_when_it_is_ready_and_leaves_nothing_behind(start, environment):
    running = start(sys.executable, "-m", "deploy.supervise")
    running.wait_until_ready()
    address = f"http://127.0.0.1:{environment['PORT']}"
    with urllib.request.urlopen(f"{address}/readyz", timeout=PATIENCE) as answer:  # noqa: S310 - always http
        assert json.load(answer)["status"] == "ready"
    assert running.lines.count(f"HematoVision is ready at {address}") == 1
    assert any("uploader@riverside-clinic.example" in line for line in running.lines)
    # web, worker, sweeper and lis
    assert len(running.children) == 4

    running.process.send_signal(signal.SIGINT)
    assert running.wait_until_gone() == 0
    assert [pid for pid in running.children if alive(pid)] == []


def test_it_stops_when_the_make_that_started_it_is_killed(start):
    running = start("/bin/sh", "-c", f"{sys.executable} -m deploy.supervise & wait", MAKELEVEL="1")
    running.wait_until_ready()
    running.process.kill()
    running.wait_until_gone()
    assert [pid for pid in running.children if alive(pid)] == []


def test_a_killed_worker_is_started_again(start, environment):
    running = start(sys.executable, "-m", "deploy.supervise")
    running.wait_until_ready()
    worker = running.started("worker")
    os.kill(worker, signal.SIGKILL)
    assert running.again.wait(PATIENCE), "\n".join(running.lines)
    assert running.started("worker") != worker

    running.process.send_signal(signal.SIGTERM)
    assert running.wait_until_gone() == 0
    assert [pid for pid in running.children if alive(pid)] == []


def test_a_taken_port_is_a_sentence(start, environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = start(sys.executable, "-m", "deploy.supervise", PORT=str(taken.getsockname()[1]))
        assert running.wait_until_gone() == 1
    assert "Choose another with PORT=" in "\n".join(running.lines)
