"""Crafted files: does every one get its answer, how long does it take, what does it cost, and who else notices?

    python benchmarks/hostile_files.py [--mutations N] [--json FILE]

One line a kind that took longer than the median of all, then the mutations (2,000 unless told), how `/livez` and the
sign-in page of a gunicorn answer while twenty of the costliest files are sent to it at once, and the memory of its process and of
the largest child.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import random
import resource
import statistics
import sys
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.test")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from urllib3.filepost import encode_multipart_formdata  # noqa: E402

from benchmarks._gunicorn import asked, served  # noqa: E402
from benchmarks.faults import Sender  # noqa: E402
from cases.conf import decode_budget, decodes_at_once, upload_limits  # noqa: E402
from cases.decoding import AllBusyError, DecodeHelper  # noqa: E402
from hematovision.errors import DomainError  # noqa: E402
from tests.factories.hostile_files import ACCEPTED, EITHER, KINDS  # noqa: E402
from tests.factories.hostile_files.mutations import mutated  # noqa: E402

AT_ONCE = 20
OTHERS = ("/livez", "/accounts/login/")
CSRF = "c" * 32
"""Any will do that stands both in the cookie and in the header."""
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


def at_once(files: list[bytes]) -> dict[str, float]:
    """Send many files at once to a gunicorn, and ask for other things meanwhile, and alone before."""
    call_command("migrate", verbosity=0)
    sender = Sender(lambda: None)
    cookie = f"sessionid={sender.http.cookies['sessionid'].value}; csrftoken={CSRF}"
    with served({"HEMATOVISION_TEST_VAR": os.environ["HEMATOVISION_TEST_VAR"]}) as (port, pid):
        for path in OTHERS:
            asked(port, path)
        alone = {path: sorted(asked(port, path) for _ in range(100)) for path in OTHERS}
        answers: list[tuple[int, float]] = []
        threads = [
            threading.Thread(
                target=lambda content=content: answers.append(_sent(port, sender.address, cookie, content))
            )
            for content in files
        ]
        before = most = _resident_mb(pid)
        for thread in threads:
            thread.start()
        during: dict[str, list[float]] = {path: [] for path in OTHERS}
        while any(thread.is_alive() for thread in threads):
            for path, took in during.items():
                took.append(asked(port, path))
            most = max(most, _resident_mb(pid))
            time.sleep(0.01)
    print(
        f"{len(files)} files sent at once to gunicorn: answers {dict(Counter(status for status, _ in answers))}, "
        f"the last after {max(seconds for _, seconds in answers):.2f} s"
    )
    for path, took in during.items():
        for when, times in (("alone", alone[path]), ("meanwhile", sorted(took))):
            print(
                f"  {path} {when}, ms: p50 {times[len(times) // 2]:.1f}, p95 {times[int(len(times) * 0.95)]:.1f}, "
                f"slowest {times[-1]:.1f} ({len(times)} asked)"
            )
    print(f"  memory of the web process {before:.0f} MB before, at most {most:.0f} MB then")
    print(f"  load of the host {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    return {
        "livez_alone_p95_ms": alone["/livez"][95],
        "livez_during_slowest_ms": max(during["/livez"]),
        "process_mb": most,
    }


def _sent(port: int, address: str, cookie: str, content: bytes) -> tuple[int, float]:
    """The status that the file was answered with, and after how many seconds."""
    body, kind = encode_multipart_formdata({"file": ("field.bin", content)})
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
    connection.request("POST", address, body, {"Content-Type": kind, "Cookie": cookie, "X-CSRFToken": CSRF})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - started


def _resident_mb(pid: int) -> float:
    """Memory of gunicorn's one worker, the child of the process that was started."""
    (worker,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[:1]
    return int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * resource.getpagesize() / MEGABYTE


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    helper = DecodeHelper(at_once=decodes_at_once())
    files, results = every_kind(helper)
    results |= mutations(helper, given.mutations)
    helper.close()
    results |= at_once(files[:AT_ONCE])
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory: the helper and the largest of its children {largest:.0f} MB")
    if given.json:
        given.json.write_text(json.dumps(results | {"child_mb": largest}, indent=2))


if __name__ == "__main__":
    main()
