"""Two hundred clients that stop half-way through their requests: how are the others served?

    python benchmarks/slow_clients.py [--clients N] [--json FILE]

Starts gunicorn as deploy/gunicorn.conf.py says, asks `/livez` alone, then with the slow clients connected, each with half a body
sent. Compare the two rows: the slow clients may cost a connection each, and nobody's time.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HALF = b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 500_000
ASKED = 200


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int) -> dict[str, float]:
    """Ask on one connection for each; returns milliseconds."""
    took = []
    for _ in range(ASKED):
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/livez")
        connection.getresponse().read()
        connection.close()
        took.append(1000 * (time.perf_counter() - started))
    took.sort()
    return {"p50_ms": statistics.median(took), "p95_ms": took[int(ASKED * 0.95)], "slowest_ms": took[-1]}


def measured(port: int, clients: int) -> dict[str, dict[str, float]]:
    """Alone, and with the slow clients."""
    ask(port)
    rows = {"alone": ask(port)}
    slow = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(clients)]
    for connection in slow:
        connection.sendall(HALF)
    rows[f"with {clients} slow clients"] = ask(port)
    for connection in slow:
        connection.close()
    return rows


def main() -> None:
    """Print both rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        environment = os.environ | {
            "HEMATOVISION_TEST_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "hematovision.settings.test",
            "PORT": str(port),
        }
        command = [sys.executable, "-m", "gunicorn", "hematovision.wsgi:application", "-c", "deploy/gunicorn.conf.py"]
        with subprocess.Popen(  # noqa: S603 (our own server)
            [*command, "--log-level", "info"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        ) as server:
            for line in server.stderr or ():
                if "Listening at" in line:
                    break
            rows = measured(port, given.clients)
            server.send_signal(signal.SIGTERM)
    for name, row in rows.items():
        print(f"{name:26} " + "  ".join(f"{part} {value:7.1f}" for part, value in row.items()))
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
