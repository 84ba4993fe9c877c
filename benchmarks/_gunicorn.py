"""A gunicorn of this configuration for the benchmarks that ask it over HTTP."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def served(settings: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """Serve as deploy/gunicorn.conf.py says, from a folder of its own; yields the port and the process id."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        environment = os.environ | {
            "HEMATOVISION_TEST_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "hematovision.settings.test",
            "PORT": str(port),
            **(settings or {}),
        }
        command = [sys.executable, "-m", "gunicorn", "hematovision.wsgi:application", "-c", "deploy/gunicorn.conf.py"]
        with subprocess.Popen(  # noqa: S603 (our own server)
            [*command, "--log-level", "info"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        ) as server:
            for line in server.stderr or ():
                if "Listening at" in line:
                    break
            try:
                yield port, server.pid
            finally:
                server.send_signal(signal.SIGTERM)


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int, path: str = "/livez") -> float:
    """Milliseconds until the whole answer is here, on a connection of its own."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    connection.getresponse().read()
    connection.close()
    return 1000 * (time.perf_counter() - started)
