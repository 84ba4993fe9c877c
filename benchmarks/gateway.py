"""What the gateway to laboratory systems carries, and what it costs when its log is long.

`log`: the pages and questions of connections and messages with 1,000,000 messages in the log, against the same with 1,000.
`out`: signed reports a second through the sender to a receiver on this host, against a loop that writes the same messages to a socket and keeps nothing.
`in`: distinct orders a second through listener and record, against the same loop writing to a socket that only acknowledges.
`latency`: from the signature to the acknowledgement with 20 connections, p50 and p95.
`restarts`: 500 reports to a receiver that is restarted five times; each version has to be acknowledged once, in order within its case.
`killed`: a worker process killed between sending and the answer; the message has to arrive under the same control id.

SQLite in a temporary folder, or the empty database of DATABASE_URL: deploy/with_services python benchmarks/gateway.py. Speed is
compared as ratios within one run. Run: python benchmarks/gateway.py [--only PART ...] [--messages N] [--reports N] [--json FILE]
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PARTS = ("log", "out", "in", "latency", "restarts", "killed")


def main() -> None:
    """Migrate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--messages", type=int, default=1_000_000, help="in the log, for `log`")
    parser.add_argument("--reports", type=int, default=500, help="of the other parts")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ["HEMATOVISION_TEST_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        connection.settings_dict["CONN_MAX_AGE"] = None
        call_command("migrate", verbosity=0)
        print(f"{connection.vendor}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
        found = {part: measure(part, given) for part in PARTS if part in given.only}
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


def measure(part: str, given: argparse.Namespace) -> dict[str, Any]:
    """Measure one part and print its table."""
    from benchmarks import _gateway_log, _gateway_traffic

    if part == "log":
        return _gateway_log.measure(given.messages)
    return getattr(_gateway_traffic, f"measure_{part}")(given.reports)


if __name__ == "__main__":
    main()
