"""Crafted files: does every one get its answer, how long does it take, what does it cost, and who else notices?

    python benchmarks/hostile_files.py [--mutations N] [--json FILE]

One line a kind that took longer than the median of all, then the mutations (2,000 unless told), how `/livez` answers while
twenty of the costliest files are opened at once, and the memory of this process and of the largest child.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import resource
import statistics
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.test")

import django  # noqa: E402

django.setup()

from django.test import Client  # noqa: E402

from cases.conf import decode_budget, decodes_at_once, upload_limits  # noqa: E402
from cases.decoding import AllBusyError, DecodeHelper  # noqa: E402
from hematovision.errors import DomainError  # noqa: E402
from tests.factories.hostile_files import ACCEPTED, EITHER, KINDS  # noqa: E402
from tests.factories.hostile_files.mutations import mutated  # noqa: E402

AT_ONCE = 20
WAIT_SECONDS = 300
MEGABYTE = 1024**2


def opened(helper: DecodeHelper, content: bytes, wait_seconds: float = WAIT_SECONDS) -> tuple[str, float]:
    """What became of a file, and the seconds until that was known."""
    started = time.perf_counter()
    try:
        helper.examine(io.BytesIO(content), limits=upload_limits(), budget=decode_budget(), wait_seconds=wait_seconds)
        found = ACCEPTED
    except DomainError as refusal:
        found = refusal.code
    except AllBusyError:
        found = "busy"
    return found, time.perf_counter() - started


def every_kind(helper: DecodeHelper) -> tuple[list[bytes], dict[str, float]]:
    """Open each kind once; returns the files from the costliest on, and the seconds."""
    took = []
    opened(helper, KINDS[-1].make())  # starts the helper
    for kind in KINDS:
        content = kind.make()
        found, seconds = opened(helper, content)
        if kind.outcome not in {found, EITHER}:
            print(f"WRONG {kind.name}: {found}, not {kind.outcome}")
        took.append((seconds, kind.name, found, content))
    took.sort(key=lambda row: row[0], reverse=True)
    middle = statistics.median(row[0] for row in took)
    print(f"{len(took)} kinds: median {middle:.3f} s, slowest {took[0][0]:.2f} s")
    for seconds, name, found, content in took[:8]:
        print(f"  {seconds:6.2f} s  {len(content) / 1000:8.1f} kB  {found:20} {name}")
    refused = max(row[0] for row in took if row[2] == "image_over_budget")
    print(f"  over the budget, the slowest refusal: {refused:.2f} s")
    return [row[3] for row in took], {"median_s": middle, "slowest_s": took[0][0], "slowest_refusal_s": refused}


def mutations(helper: DecodeHelper, number: int) -> dict[str, float]:
    """Open mutated files; whatever is raised beside a refusal ends the run."""
    found: dict[str, int] = {}
    slowest = 0.0
    for content in mutated(random.Random(7), number):
        became, seconds = opened(helper, content)
        found[became] = found.get(became, 0) + 1
        slowest = max(slowest, seconds)
    told = ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
    print(f"{number} mutations: slowest {slowest:.2f} s; {told}")
    return {"slowest_mutation_s": slowest}


def at_once(helper: DecodeHelper, files: list[bytes]) -> dict[str, float]:
    """Ask `/livez` for as long as many files are opened together, and alone before."""
    http = Client()
    alone = sorted(_asked(http) for _ in range(200))
    threads = [threading.Thread(target=opened, args=(helper, content)) for content in files]
    for thread in threads:
        thread.start()
    during, resident = [], _resident_mb()
    most = resident
    while any(thread.is_alive() for thread in threads):
        during.append(_asked(http))
        most = max(most, _resident_mb())
        time.sleep(0.01)
    during.sort()
    print(
        f"/livez, ms: alone p50 {alone[100]:.1f}, p95 {alone[190]:.1f}; while {len(files)} files are opened "
        f"p50 {during[len(during) // 2]:.1f}, p95 {during[int(len(during) * 0.95)]:.1f}, slowest {during[-1]:.1f} "
        f"({len(during)} asked); memory of this process {resident:.0f} MB before, at most {most:.0f} MB then"
    )
    return {"livez_alone_p95_ms": alone[190], "livez_during_slowest_ms": during[-1], "process_mb": most}


def _asked(http: Client) -> float:
    started = time.perf_counter()
    http.get("/livez")
    return 1000 * (time.perf_counter() - started)


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / MEGABYTE


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    helper = DecodeHelper(at_once=decodes_at_once())
    files, results = every_kind(helper)
    results |= mutations(helper, given.mutations)
    results |= at_once(helper, files[:AT_ONCE])
    helper.close()
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory: the helper and the largest of its children {largest:.0f} MB")
    if given.json:
        given.json.write_text(json.dumps(results | {"child_mb": largest}, indent=2))


if __name__ == "__main__":
    main()
