"""The pages and questions of the gateway, with few and with many messages in the log."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from typing import TYPE_CHECKING, Any

from benchmarks._rows import Writer, as_uuid

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from integrations.models import Connection

_FEW = 1_000
_CONNECTIONS = 5
_WAITING, _STUCK = 100, 20
"""Of every log the oldest: whoever looks for them by time passes all others."""
_MOST_CASES = 20_000
_REPEATS = 7


def measure(number: int) -> dict[str, Any]:
    """Ask every question with a log of 1,000 messages, then of `number`; returns milliseconds and ratios by question."""
    from django.db import connection

    administrator, connections = _people_and_connections()
    few = _cases(administrator, 0, _FEW)
    writer = Writer(connection, few)
    writer.numbers(number)
    _write(writer, connections, 1, _FEW, few)
    before = {name: _asked(question) for name, question in _questions(administrator, connections[0]).items()}
    many = _cases(administrator, few, min(_MOST_CASES, number // 4))
    start = time.perf_counter()
    _write(writer, connections, _FEW + 1, number, many)
    print(f"{number} messages over {_CONNECTIONS} connections, written in {time.perf_counter() - start:.0f} s")
    after = {name: _asked(question) for name, question in _questions(administrator, connections[0]).items()}
    found = {}
    print(f"| | {_FEW} messages, ms | {number} messages, ms | times |")
    print("|---|---|---|---|")
    for name, short in before.items():
        found[name] = {"few_ms": short, "many_ms": after[name], "times": round(after[name] / short, 2)}
        print(f"| {name} | {short:.1f} | {after[name]:.1f} | {after[name] / short:.2f} |")
    return found


def _people_and_connections() -> tuple[User, list[Connection]]:
    from accounts.models import Organisation, Role, User
    from tests.factories.connections import a_connection

    laboratory = Organisation.objects.create(slug="log-laboratory", name="Laboratory", kind="laboratory")
    Organisation.objects.create(slug="log-clinic", name="Clinic", kind="clinic", refers_to=laboratory)
    administrator = User.objects.create_user(
        "log@x.example", full_name="Administrator", role=Role.ADMINISTRATOR, organisation=laboratory
    )
    return administrator, [a_connection(laboratory, administrator, name=f"LIS {i}") for i in range(_CONNECTIONS)]


def _cases(by: User, first: int, number: int) -> int:
    """Make the cases from `first` up to `number`; returns `number`."""
    from accounts.models import Organisation
    from cases.models import Case, Patient

    clinic = Organisation.objects.get(slug="log-clinic")
    patient = Patient.objects.filter(organisation=clinic).first()
    if patient is None:
        patient = Patient(organisation=clinic, mrn="M1", family_name="Family", birth_date=dt.date(1970, 1, 1))
        patient.refresh_index()
        patient.save()
    Case.objects.bulk_create(
        (
            Case(
                pk=as_uuid(f"case-{i}"),
                patient=patient,
                clinic=clinic,
                laboratory=clinic.refers_to,
                accession_number=f"LOG-{i}",
                state="draft",
                created_by=by,
            )
            for i in range(first, number)
        ),
        batch_size=2_000,
    )
    return number


def _write(writer: Writer, connections: list[Connection], first: int, last: int, cases: int) -> None:
    """Write the messages from `first` to `last`, without bodies."""
    from integrations.models import Message

    ids = [f"'{one.pk if writer.postgresql else one.pk.hex}'" for one in connections]
    choice = " ".join(f"WHEN {number} THEN {pk}" for number, pk in enumerate(ids))
    state = (
        f"CASE WHEN i <= {_WAITING} THEN 'queued' WHEN i <= {_WAITING + _STUCK} THEN 'refused' ELSE 'acknowledged' END"
    )
    uuid = "::uuid" if writer.postgresql else ""
    writer.insert(
        Message,
        {
            "message_id": writer.uuid("'message-' || i"),
            "connection_id": f"(CASE i %% {len(connections)} {choice} END){uuid}",
            "direction": "'out'",
            "kind": "'ORU^R01'",
            "control_id": "'c' || i",
            "position": "i",
            "sha256": "repeat('0', 64)" if writer.postgresql else "printf('%064d', i)".replace("%", "%%"),
            "size": "0",
            "case_id": writer.uuid(f"'case-' || (i %% {cases})"),
            "state": state,
            "sentence": "'The receiver refused it.'",
            "created_at": writer.ago(f"{last} - i"),
            "settled_at": writer.ago(f"{last} - i"),
        },
        f"numbers WHERE i BETWEEN {first} AND {last} ORDER BY i",
    )
    writer.analyse()


def _questions(by: User, connection: Connection) -> dict[str, Callable[[], Any]]:
    """What is asked, by name."""
    from django.test import Client
    from django.utils import timezone

    from integrations.services.sending import due_connections, sendable
    from integrations.standing import standing

    client = Client(headers={"host": "localhost"})
    client.force_login(by, backend="allauth.account.auth_backends.AuthenticationBackend")

    def page(query: str = "") -> Callable[[], Any]:
        return lambda: _page(client, f"/integrations/messages/{query}")

    return {
        "how connections stand": lambda: list(standing(by)),
        "messages that may be sent": lambda: list(sendable(connection, timezone.now())[:100]),
        "connections with something to do": lambda: due_connections(timezone.now()),
        "page of connections": lambda: _page(client, "/integrations/"),
        "page of messages": page(),
        "of those that wait for a person": page("?state=stuck"),
        "of those that wait to be sent": page("?state=waiting"),
        "of those given up (none)": page("?state=dead"),
        "of one connection": page(f"?connection={connection.pk}"),
        "of a day": page(f"?day={timezone.now().date()}"),
        "of an accession number": page("?accession_number=LOG-77"),
        "of a control id": page("?control_id=c777"),
        "of a control id that is none": page("?control_id=nobody"),
    }


def _page(client: Any, address: str) -> Any:
    answer = client.get(address)
    if answer.status_code != 200:
        message = f"{address} answered {answer.status_code}."
        raise RuntimeError(message)
    return answer


def _asked(question: Callable[[], Any]) -> float:
    """Milliseconds, the median of several."""
    question()
    taken = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        question()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)
