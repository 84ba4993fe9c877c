"""Two hundred clients that stop half-way through their requests: how are the others served?

    python benchmarks/slow_clients.py [--clients N] [--json FILE]

Starts gunicorn as deploy/gunicorn.conf.py says, asks `/livez` alone, then with the slow clients connected, each with half a body
sent. Compare the two rows: the slow clients may cost a connection each, and nobody's time.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks._gunicorn import asked, served  # noqa: E402

HALF = b"POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 500_000
ASKED = 200


def ask(port: int) -> dict[str, float]:
    """Ask on one connection for each; returns milliseconds."""
    took = sorted(asked(port) for _ in range(ASKED))
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
    with served() as (port, _):
        rows = measured(port, given.clients)
    for name, row in rows.items():
        print(f"{name:26} " + "  ".join(f"{part} {value:7.1f}" for part, value in row.items()))
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
