"""Real Celery processes on the database and broker of the running test, and waiting on what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

from classifier.models import Analysis

#: When a test gives up. No sound run waits for it, so it is set for the slowest machine: one that needs a minute to
#: start a worker beside fifteen other processes.
DEADLINE_SECONDS = 600
#: No living worker loses a claim here because the machine held it up for a while: claims that have to run out are
#: made to, by `leases_run_out`.
LEASE_SECONDS = 3600


def until(condition, *, what, seconds=DEADLINE_SECONDS, every=0.05, logs=()):
    """Poll `condition` until it is true and return its value; fail with the processes' output at the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(every)
    said = "\n".join(f"--- {log.name}\n{log.read_text()[-4000:]}" for log in logs)
    return pytest.fail(f"{what} did not happen within {seconds} s.\n{said}")


def database_url():
    """The test database as another process names it."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    user = config["USER"] + (f":{config['PASSWORD']}" if config["PASSWORD"] else "")
    return f"postgresql://{user}@{config['HOST'] or 'localhost'}:{config['PORT'] or 5432}/{config['NAME']}"


class Processes:
    """Celery processes of one test; all of them are gone when it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs: list[Path] = []
        self._running: list[subprocess.Popen] = []

    def worker(self, name="worker", *, concurrency=2, **environment) -> subprocess.Popen:
        """Start a worker of both queues."""
        return self._start(
            name,
            "worker",
            *("--pool", "threads", "--concurrency", str(concurrency), "--queues", "inference,default"),
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--hostname", f"{name}@test"),
            **environment,
        )

    def beat(self, **environment) -> subprocess.Popen:
        """Start the sweeper's clock."""
        schedule = self.folder / "schedule"
        return self._start(
            "beat", "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "INFO", **environment
        )

    def kill(self, process: subprocess.Popen) -> None:
        """SIGKILL: no goodbye, no acknowledgement, nothing returned to the broker."""
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=DEADLINE_SECONDS)

    def stop(self, process: subprocess.Popen) -> int:
        """SIGTERM: finish what is in hand, say goodbye, end."""
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=DEADLINE_SECONDS)

    def end(self) -> None:
        """Kill whatever is left."""
        for process in self._running:
            if process.poll() is None:
                self.kill(process)

    def until(self, condition, *, what, **waiting):
        """As the function, with the output of this test's processes on failure."""
        return until(condition, what=what, logs=self.logs, **waiting)

    def _start(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen:
        log = self.folder / f"{name}-{len(self.logs)}.log"
        self.logs.append(log)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "hematovision", *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=settings.BASE_DIR,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "hematovision.settings.test",
                    "DATABASE_URL": database_url(),
                    "HEMATOVISION_HEARTBEAT_SECONDS": "0.5",
                    "HEMATOVISION_LEASE_SECONDS": str(LEASE_SECONDS),
                    "HEMATOVISION_RESEND_SECONDS": "3",
                    "HEMATOVISION_SWEEP_SECONDS": "1",
                    "OMP_NUM_THREADS": "1",
                    **environment,
                },
            )
        self._running.append(process)
        return process


@contextmanager
def held_up(image):
    """Whoever reads the image's file waits in the middle of it: a pipe stands there that nobody writes to."""
    original = Path(image.original.path)
    aside = original.with_name(f"{original.name}.aside")
    original.rename(aside)
    os.mkfifo(original)
    try:
        yield
    finally:
        aside.replace(original)


def leases_run_out() -> None:
    """Every claim stands as the sweeper finds it when nobody has renewed it for long enough."""
    Analysis.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))


def waiting_messages() -> int:
    """Messages of the inference queue nobody has taken from the broker."""
    if settings.REDIS_URL:
        with current_app.connection_for_read() as broker:
            return sum(broker.default_channel.client.llen(key) for key in _lists("inference", broker.default_channel))
    return len(list(_message_folder().glob("*.inference.msg")))


def empty_broker() -> None:
    """Lose every message, as a broker does that is restarted without a disk."""
    if settings.REDIS_URL:
        with current_app.connection_for_read() as broker:
            # The messages, those handed out and not acknowledged included; the bindings of the queues stay.
            lists = [key for queue in ("inference", "default") for key in _lists(queue, broker.default_channel)]
            broker.default_channel.client.delete(*lists, "unacked", "unacked_index")
    else:
        for message in _message_folder().glob("*.msg"):
            message.unlink(missing_ok=True)


def _lists(queue, channel) -> list[str]:
    """The keys of a queue on Redis: a list for each rank."""
    return [channel._q_for_pri(queue, step) for step in channel.priority_steps]


def _message_folder() -> Path:
    return Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])
