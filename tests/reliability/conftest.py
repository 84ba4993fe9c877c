"""Parts of the installation that tests take away."""

from __future__ import annotations

import shutil
import socket
import subprocess

import pytest

from hematovision.cache import ForgivingRedisCache
from tests.classifier.conftest import active, bundle_dir, case, engine, image, receive, version

__all__ = ["active", "bundle_dir", "case", "engine", "image", "receive", "version"]

DEADLINE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Redis:
    """A Redis of one test, which it stops and starts."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for line in self.process.stdout:
            if "Ready to accept connections" in line:
                return
        pytest.fail("Redis did not start.")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(DEADLINE_SECONDS)
            self.process.stdout.close()
            self.process = None


@pytest.fixture
def redis(tmp_path):
    """A Redis that runs, and that the test may stop."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    service = Redis(tmp_path)
    service.start()
    yield service
    service.stop()


@pytest.fixture
def no_waiting(monkeypatch):
    """Redis is asked anew each time, however lately it was away."""
    monkeypatch.setattr("hematovision.cache.ASK_AGAIN_SECONDS", 0.0)


@pytest.fixture
def redis_away(settings, monkeypatch):
    """The site's cache is a Redis that nobody serves."""
    monkeypatch.setattr(ForgivingRedisCache, "_away_until", {})
    settings.CACHES = {
        "default": {"BACKEND": "hematovision.cache.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
