"""How many results a second leave over MLLP, with a receiver that is restarted five times, and what a long log costs.

Signs `--reports` versions (each case an original and its correction, with a PDF of 60 kB), makes their messages and sends them
to a receiver on this host that is stopped five times on the way. Checks that each version was acknowledged once and in order
within its case. Prints messages a second made and sent, and the ratio to the bare exchange of the same bytes over the same
sockets. Then asks what is due, and sends 50 more, with `--log` messages in the log beside those few: again as ratios.
Uses a database of its own (SQLite unless DATABASE_URL names another, empty one).
Run: python benchmarks/sending.py [--reports N] [--log N] [--json FILE]
"""

import argparse
import datetime as dt
import itertools
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

_RESTARTS = 5
_PDF_BYTES = 60_000
_MORE = 50
_REPEATS = 5


def seconds(work: Callable[[], Any]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def people_and_places() -> tuple[Any, Any, Any]:
    """A laboratory's connection, a clinic of it and a pathologist."""
    from accounts.models import Organisation, Role, User
    from tests.factories.connections import a_connection

    laboratory = Organisation.objects.create(slug="laboratory", name="Laboratory", kind="laboratory")
    clinic = Organisation.objects.create(
        slug="clinic", name="Clinic", kind="clinic", refers_to=laboratory, hl7_authority="CLINIC"
    )
    made = [
        User.objects.create_user(f"{role}@x.example", full_name=role, role=role, organisation=laboratory)
        for role in (Role.PATHOLOGIST, Role.ADMINISTRATOR)
    ]
    return a_connection(laboratory, made[1], port=1, keeps_open=True), clinic, made[0]


def sign(clinic: Any, pathologist: Any, versions: int) -> None:
    """Sign so many versions, two of each case."""
    from integrations.services.feed import number_events
    from tests.factories import reports
    from tests.factories.cases import CaseFactory

    reports.PDF = os.urandom(_PDF_BYTES)
    cases = [CaseFactory(clinic=clinic, submitted=True) for _ in range(versions // 2)]
    for kind in ("original", "corrected"):
        for case in cases:
            reports.signed_report(case, pathologist, kind=kind)
    number_events()


def send_with_restarts(connection: Any, versions: int) -> tuple[float, list[str]]:
    """Send what waits, to a receiver that is stopped five times; returns the seconds of sending and what came, by control id."""
    from django.utils import timezone

    from integrations.models import Message, MessageState
    from integrations.services.sending import drain
    from tests.integrations.sending._receiver import LisReceiver

    # Pauses are skipped, not waited for.
    ahead = [dt.timedelta()]
    taken, came, port = 0.0, [], 0
    for turn in itertools.count():
        receiver, enough = LisReceiver(port=port), threading.Event()
        port = connection.port = receiver.port
        connection.save(update_fields=["port"])
        if turn < _RESTARTS:
            receiver.on_message = lambda _, r=receiver, e=enough: (
                e.set() if len(r.messages) == versions // (_RESTARTS + 1) else None
            )
        stopper = threading.Thread(target=lambda r=receiver, e=enough: (e.wait(), r.stop()))
        stopper.start()
        while not enough.is_set() and Message.objects.filter(state=MessageState.QUEUED).exists():
            taken += seconds(lambda: drain(connection.pk, now=lambda: timezone.now() + ahead[0]))
            ahead[0] += dt.timedelta(minutes=5)
        enough.set()
        stopper.join()
        came += receiver.control_ids
        if turn >= _RESTARTS:
            return taken, came
    raise AssertionError


def check(versions: int, came: list[str]) -> None:
    """Each version was acknowledged once, and came in order within its case."""
    from integrations.models import Attempt, Message, MessageState

    acknowledged = Attempt.objects.filter(outcome="acknowledged").values_list("message", flat=True)
    if not len(acknowledged) == len(set(acknowledged)) == versions:
        raise SystemExit(f"{len(acknowledged)} acknowledgements of {versions} versions.")
    if Message.objects.exclude(state=MessageState.ACKNOWLEDGED).exists():
        raise SystemExit("A message is left.")
    first = {one: place for place, one in reversed(list(enumerate(came)))}
    if any(first[f"{case}-1"] > first[f"{case}-2"] for case in {one[:12] for one in came}):
        raise SystemExit("A correction came before its original.")


def bare(connection: Any) -> float:
    """Seconds to exchange the same bytes without a database."""
    from integrations.hl7.outgoing import Outgoing
    from integrations.models import Message
    from integrations.sending.links import link_of
    from tests.integrations.sending._receiver import LisReceiver

    messages = [Outgoing(one.control_id, one.content) for one in Message.objects.order_by("position")]
    with LisReceiver() as receiver:
        connection.port = receiver.port
        link = link_of(connection)
        try:
            return seconds(lambda: [link.send(message) for message in messages])
        finally:
            link.close()


def fill_log(number: int) -> None:
    """Write so many messages that arrived long ago, as copies of one."""
    from django.db import connection

    from integrations.models import Message

    message = Message.objects.order_by("pk").first()
    own = {
        "message_id": "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))",
        "control_id": "'log-' || i",
        "event_id": "NULL",
        "case_id": "NULL",
        "report_id": "NULL",
        "body": "''",
        "position": "0",
    }
    columns = [field.column for field in Message._meta.local_fields if field.column != "id"]
    chosen = ", ".join(own.get(name, f'm."{name}"') for name in columns)
    quoted = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < %s) "  # noqa: S608 (our own columns)
            f"INSERT INTO integrations_message ({quoted}) SELECT {chosen} FROM numbers, integrations_message m WHERE m.id = %s",
            [number, message.pk],
        )
        cursor.execute("ANALYZE")


def ask(connection: Any, clinic: Any, pathologist: Any) -> dict[str, float]:
    """Milliseconds to find what is due, and for each of fifty messages more."""
    from django.utils import timezone

    from integrations.services.sending import drain, due_connections
    from tests.integrations.sending._receiver import LisReceiver

    due = statistics.median(seconds(lambda: due_connections(timezone.now())) for _ in range(_REPEATS))
    sign(clinic, pathologist, _MORE)
    with LisReceiver() as receiver:
        connection.port = receiver.port
        connection.save(update_fields=["port"])
        each = seconds(lambda: drain(connection.pk)) / _MORE
        if len(receiver.messages) != _MORE:
            raise SystemExit(f"{len(receiver.messages)} of {_MORE} came.")
    return {"what is due": 1000 * due, "a message made and sent": 1000 * each}


def main() -> None:
    """Sign, send, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=500)
    parser.add_argument("--log", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hematovision-bench-") as folder:
        os.environ["HEMATOVISION_TEST_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "hematovision.settings.test"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection as database

        from cases.storage import clinical_storage
        from integrations.services.outbox import queue_events

        call_command("migrate", verbosity=0)
        clinical_storage().mark()
        connection, clinic, pathologist = people_and_places()
        sign(clinic, pathologist, given.reports)
        made = seconds(lambda: queue_events(connection))
        sent, came = send_with_restarts(connection, given.reports)
        check(given.reports, came)
        plain = bare(connection)
        results = {
            "reports": given.reports,
            "sent twice": len(came) - given.reports,
            "made a second": given.reports / made,
            "sent a second": given.reports / sent,
            "times the bare exchange": sent / plain,
        }
        before = ask(connection, clinic, pathologist)
        fill_log(given.log)
        after = ask(connection, clinic, pathologist)
        for name in before:
            results[f"{name}, ms"] = before[name]
            results[f"{name}, with the log, times"] = after[name] / before[name]
        print(f"{database.vendor}, a log of {given.log}")
        for name, value in results.items():
            print(f"{name:45} {value:8.2f}")
        database.close()
    if given.json:
        given.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
