"""How many events a second the audit trail takes, and how many results, with several processes writing at once.

Needs an empty PostgreSQL in DATABASE_URL. `events` appends events of transactions of one event each, with 1 and 8 writers.
`results` stores analyses of 38 cells with 4 workers, once with every event appended where it is recorded and once with the
events at the end of the transaction (`audit.services.events_last`), in turn, and prints the ratio.
Run: deploy/with_services .venv/bin/python benchmarks/trail.py [--events N] [--results N] [--json FILE]
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

_ROUNDS = 3
_CELLS = 38
_WORKERS = 4


def together(work: Callable[[Any], None], shares: Sequence[Any]) -> float:
    """Have a process for each share do `work`, all starting at once; returns seconds until the last is done."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(len(shares) + 1)
    processes = [context.Process(target=_one, args=(work, share, ready)) for share in shares]
    for process in processes:
        process.start()
    ready.wait()
    start = time.perf_counter()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit("A writer failed.")
    return time.perf_counter() - start


def _one(work: Callable[[Any], None], share: Any, ready: Any) -> None:
    from django.db import connection

    connection.settings_dict["CONN_MAX_AGE"] = None
    connection.ensure_connection()
    ready.wait()
    work(share)


def write_events(number: int) -> None:
    """Append `number` events, a transaction each."""
    from audit.services import record

    for _ in range(number):
        record(actor=None, action="view", object_type="cases.case", after={"part": "benchmark"})


def store(share: tuple[Sequence[Any], bool]) -> None:
    """Store a result for each analysis; `last`: events at the end of the transaction."""
    from django.db import transaction

    from classifier.services import outcomes
    from tests.factories.analyses import field_result

    analyses, last = share
    if not last:
        outcomes.events_last = transaction.atomic
    result = field_result([(20 * (i % 10), 20 * (i // 10), 15, 15) for i in range(_CELLS)])
    for analysis in analyses:
        if not outcomes.store_result(analysis=analysis, result=result):
            raise SystemExit("A result was not stored.")


def claimed(number: int) -> list[Any]:
    """`number` analyses of a case each, claimed by a worker."""
    from django.utils import timezone

    from accounts.models import Organisation
    from classifier.models import Analysis
    from classifier.services.runs import claim_analysis
    from tests.factories.analysed_cases import model
    from tests.factories.cases import CaseFactory, SmearImageFactory

    laboratory, _ = Organisation.objects.get_or_create(slug="laboratory", name="Laboratory", kind="laboratory")
    clinic, _ = Organisation.objects.get_or_create(slug="clinic", name="Clinic", kind="clinic", refers_to=laboratory)
    version = model()
    found = []
    for _ in range(number):
        image = SmearImageFactory(case=CaseFactory(clinic=clinic, analysing=True), state="queued")
        Analysis.objects.create(image=image, model_version=version, queued_at=timezone.now())
        found.append(claim_analysis(image_id=image.pk, worker="benchmark"))
    return found


def measure(events: int, results: int) -> dict[str, float]:
    """Rates a second, each the median of the rounds, and how many times more results the new way stores."""
    rates: dict[str, list[float]] = {}
    for _ in range(_ROUNDS):
        for writers in (1, 8):
            seconds = together(write_events, [events // writers] * writers)
            rates.setdefault(f"events/s, {writers} writers", []).append(events // writers * writers / seconds)
        for last in (False, True):
            analyses = claimed(results)
            shares = [(analyses[i::_WORKERS], last) for i in range(_WORKERS)]
            name = f"results/s, {_WORKERS} workers, events {'last' if last else 'at once'}"
            rates.setdefault(name, []).append(results / together(store, shares))
    found = {name: round(statistics.median(each), 1) for name, each in rates.items()}
    before, after = (found[f"results/s, {_WORKERS} workers, events {how}"] for how in ("at once", "last"))
    return {**found, "results, last to at once": round(after / before, 2)}


def main() -> None:
    """Write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=800)
    parser.add_argument("--results", type=int, default=80)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        # SQLite has one writer at a time, whatever the audit trail does.
        print("Needs PostgreSQL in DATABASE_URL: deploy/with_services python benchmarks/trail.py")
        return
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ["HEMATOVISION_TEST_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        found = measure(given.events, given.results)
    for name, figure in found.items():
        print(f"{name:40} {figure:8.2f}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
