"""Every page by role over a laboratory that has worked for two years: p50, p95, queries, and the slowest statement.

Fills a database of its own (a temporary folder; SQLite unless DATABASE_URL names another, empty one) with 1,000 cases times
`--size`, some 100 cells, 47 chained events and a sealed report each, and asks every page several times, session, permission
and audit included. A PostgreSQL that was filled before is measured as it is. Times are of the server: of one process without a network.
Run: python benchmarks/pages.py [--size 1|10|100] [--times N] [--only WORD] [--plans] [--json FILE]
"""

import argparse
import datetime as dt
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import _clinics  # noqa: E402
from benchmarks._rows import as_uuid  # noqa: E402

_SHOWN = 110


def pages(cases: int) -> dict[str, tuple[str, str]]:
    """What is asked, by name: the role, and the address."""
    from django.urls import reverse
    from django.utils import timezone

    def named(name: str) -> Any:
        return as_uuid(name)

    worklist, predictions, events, agreement = (
        reverse(name)
        for name in ("workbench:worklist", "classifier:predictions", "audit:events", "oversight:agreement")
    )
    mine, inbox, api = reverse("oversight:my_agreement"), reverse("inbox:inbox"), "/api/v1/predictions/"
    since = f"{timezone.now().date() - dt.timedelta(days=90)}"
    open_case, closed = (named(f"case{number}") for number in (cases, cases // 2))
    asked = {
        "worklist": ("pathologist uploader administrator auditor", worklist),
        "worklist, signed": ("pathologist uploader administrator", f"{worklist}?state=signed"),
        "worklist, all": ("pathologist uploader administrator", f"{worklist}?state=all"),
        "worklist, of a clinic": ("pathologist", f"{worklist}?clinic={named('clinic0')}"),
        "review list": ("pathologist", reverse("workbench:review")),
        "case, open": ("pathologist administrator", reverse("workbench:case", args=[open_case])),
        "case, signed": ("pathologist administrator", reverse("workbench:case", args=[closed])),
        "timeline of a case": ("pathologist auditor", reverse("oversight:timeline", args=[closed])),
        "review workspace, its state": ("pathologist", reverse("review:state", args=[open_case])),
        "inbox": ("pathologist uploader administrator", inbox),
        "inbox, all": ("pathologist uploader", f"{inbox}?show=all"),
        "second opinions": ("pathologist", reverse("consult:opinions")),
        "notifications": ("pathologist uploader", reverse("notices:list")),
        "my agreement": ("pathologist", mine),
        "agreement": ("administrator auditor", agreement),
        "agreement, 90 days": ("administrator", f"{agreement}?since={since}"),
        "agreement, all reviewed": ("administrator", f"{agreement}?cells=reviewed"),
        "cells behind agreement": ("administrator", f"{reverse('oversight:agreement_cells')}?show=differs"),
        "predictions": ("administrator", predictions),
        "predictions of a clinic": ("administrator", f"{predictions}?clinic={named('clinic17')}"),
        "predictions of the old model": ("administrator", f"{predictions}?model_version={named('model0')}"),
        "predictions of a clinic and class": (
            "administrator",
            f"{predictions}?clinic={named('clinic17')}&label=basophil",
        ),
        "predictions, unidentified": ("administrator", f"{predictions}?label=unidentified"),
        "audit trail": ("administrator auditor", events),
        "audit trail, refused": ("auditor", f"{events}?outcome=denied"),
        "audit trail, by name": ("auditor", f"{events}?person=Uploader"),
        "audit trail, by a name nobody has": ("auditor", f"{events}?person=nobody"),
        "audit trail, of a record": ("auditor", f"{events}?object={closed}"),
        "audit trail, of a case": ("auditor", f"{events}?case={closed}"),
        "audit trail, of a day": ("auditor", f"{events}?since={since}T00:00&until={since}T23:59"),
        "audit trail, an action": ("auditor", f"{events}?action=sign_in_failed"),
        "break-glass list": ("administrator", reverse("oversight:break_glass_list")),
        "microscopes": ("administrator", reverse("workbench:microscopes")),
        "models": ("administrator", reverse("classifier:models")),
        "API predictions": ("administrator", api),
        "API predictions of the old model": ("administrator", f"{api}?model_version={named('model0')}"),
        "API predictions of a clinic and class": ("administrator", f"{api}?clinic=clinic-17&label=basophil"),
        "API cases": ("pathologist", "/api/v1/cases/"),
    }
    return {f"{name}, {role}": (role, address) for name, (roles, address) in asked.items() for role in roles.split()}


class Asked:
    """Statements of one page with the milliseconds each took."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, str, Any]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, parameters: Any, *rest: Any) -> Any:
        """Run a statement and note it."""
        start = time.perf_counter()
        try:
            return execute(sql, parameters, *rest)
        finally:
            self.taken.append((1000 * (time.perf_counter() - start), sql, parameters))


def measure(client: Any, address: str, times: int) -> dict[str, Any]:
    """Milliseconds of a page (p50, p95), how many statements it asks, and the slowest of them."""
    from django.db import connection

    client.get(address)  # what is asked once a process
    taken, slowest, number = [], (0.0, "", ()), 0
    for _ in range(times):
        asked = Asked()
        with connection.execute_wrapper(asked):
            start = time.perf_counter()
            response = client.get(address)
            taken.append(1000 * (time.perf_counter() - start))
        if response.status_code != 200:
            message = f"{address} answered {response.status_code}."
            raise RuntimeError(message)
        number = len(asked.taken)
        slowest = max(asked.taken, key=lambda each: each[0])
    taken.sort()
    return {
        "p50_ms": round(taken[len(taken) // 2], 1),
        "p95_ms": round(taken[round(0.95 * (len(taken) - 1))], 1),
        "queries": number,
        "slowest_ms": round(slowest[0], 1),
        "slowest": slowest[1],
        "parameters": slowest[2],
    }


def plan_of(sql: str, parameters: Any) -> str:
    """How PostgreSQL answers a statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", parameters)
        return "\n".join(row[0] for row in cursor.fetchall())


def short(sql: str) -> str:
    """A statement in one line: what it reads, without the columns."""
    text = re.sub(r"\s+", " ", sql.replace('"', ""))
    return re.sub(r"^SELECT .*? FROM ", "... FROM ", text)[:_SHOWN]


def main() -> None:
    """Fill where nothing is, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1, help="1,000 cases times this (default %(default)s)")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument(
        "--plans", action="store_true", help="show how PostgreSQL answers the slowest statement of each"
    )
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    cases = given.size * _clinics.CASES_AT_ONE
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ["HEMATOVISION_TEST_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection
        from django.test import Client

        from accounts.models import User
        from cases.models import Case
        from hematovision.long_lived import keep_what_was_loaded
        from oversight.services.tallies import tally_cases

        # One connection for all pages, as a web process keeps it.
        connection.settings_dict["CONN_MAX_AGE"] = None
        call_command("migrate", verbosity=0)
        if not Case.objects.exists():
            start = time.perf_counter()
            _clinics.fill(connection, cases)
            print(f"{cases} cases on {connection.vendor}, written in {time.perf_counter() - start:.0f} s", flush=True)
        cases = Case.objects.count()
        start = time.perf_counter()
        print(f"{tally_cases()} cases tallied in {time.perf_counter() - start:.0f} s", flush=True)
        keep_what_was_loaded()  # as a web process does before its first request
        clients = {}
        for role in ("pathologist", "uploader", "administrator", "auditor"):
            clients[role] = Client(headers={"host": "localhost"})
            name = "pathologist0" if role == "pathologist" else role
            clients[role].force_login(User.objects.get(pk=as_uuid(name)))
        results = {}
        for name, (role, address) in pages(cases).items():
            if given.only not in name:
                continue
            row = measure(clients[role], address, given.times)
            print(
                f"{name:50} {row['p50_ms']:8.1f} {row['p95_ms']:8.1f} ms p95 {row['queries']:4} queries, "
                f"slowest {row['slowest_ms']:7.1f} ms: {short(row['slowest'])}",
                flush=True,
            )
            if given.plans and connection.vendor == "postgresql":
                print(plan_of(row["slowest"], row["parameters"]))
            results[name] = {key: value for key, value in row.items() if key != "parameters"}
        connection.close()
    if given.json:
        given.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
