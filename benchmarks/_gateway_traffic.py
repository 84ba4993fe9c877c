"""Messages that go over real sockets: how many a second, how soon, and what is left of them when something breaks."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks._harms import be_celery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from integrations.models import Connection

ROOT = Path(__file__).resolve().parents[1]
_A_SESSION = 50
"""Messages of one session: more than 60 a minute wait by design."""
_CONNECTIONS = 20
_RESTARTS = 5
_KILLS = 5
_GIVE_UP_SECONDS = 600


class Place:
    """A laboratory of a part of its own, with a clinic and a pathologist."""

    def __init__(self, name: str) -> None:
        from accounts.models import Organisation, Role, User

        self.laboratory = Organisation.objects.create(slug=name, name=name, kind="laboratory")
        self.clinic = Organisation.objects.create(
            slug=f"{name}-clinic", name=name, kind="clinic", refers_to=self.laboratory, hl7_authority=name.upper()
        )
        self.pathologist = User.objects.create_user(
            f"{name}@x.example", full_name="Pathologist", role=Role.PATHOLOGIST, organisation=self.laboratory
        )

    def connection(self, number: int = 1, **values: Any) -> Connection:
        """A connection that is on."""
        from tests.factories.connections import a_connection

        return a_connection(self.laboratory, self.pathologist, name=f"LIS {number}", **values)

    def sign(self, cases: Iterable[Any] | None = None, *, kind: str = "original", number: int = 1) -> list[Any]:
        """Sign a version of each case, of `number` new ones where none are given; returns the cases."""
        from integrations.services.feed import number_events
        from tests.factories.cases import CaseFactory, PatientFactory
        from tests.factories.reports import signed_report

        if cases is None:
            cases = [
                CaseFactory(clinic=self.clinic, submitted=True, patient=PatientFactory(organisation=self.clinic))
                for _ in range(number)
            ]
        made = list(cases)
        for case in made:
            signed_report(case, self.pathologist, kind=kind)
        number_events()
        return made


def measure_out(number: int) -> dict[str, float]:
    """Signed reports a second, with the PDF inside, made, sent, and both; and the same bytes by a loop that keeps nothing."""
    from integrations.models import Message
    from integrations.services.outbox import queue_events
    from integrations.services.sending import drain
    from tests.integrations.sending._receiver import LisReceiver

    place = Place("out")
    with LisReceiver() as receiver:
        connection = place.connection(port=receiver.port, keeps_open=True)
        place.sign(number=number)
        made = _seconds(lambda: queue_events(connection))
        sent = _seconds(lambda: _until(lambda: drain(connection.pk) == 0))
        frames = [message.content for message in Message.objects.filter(connection=connection).order_by("position")]
        naive = _seconds(lambda: _push(receiver.port, frames))
    _require(len(receiver.messages) == 2 * number, "Not every report arrived.")
    return _printed(
        "out",
        {
            "loop without a log, messages/s": number / naive,
            "made, messages/s": number / made,
            "sent, messages/s": number / sent,
            "made and sent, messages/s": number / (made + sent),
            "time of sending, times the loop": sent / naive,
            "time of both, times the loop": (made + sent) / naive,
        },
    )


def measure_in(number: int) -> dict[str, float]:
    """Orders a second, each of another patient, by one sender and by four at once; and the same bytes by a loop to a socket."""
    from cases.models import Order
    from integrations.models import ConnectionKind
    from tests.factories.running_listener import Running
    from tests.integrations.sending._receiver import LisReceiver

    place = Place("in")
    connection = place.connection(kind=ConnectionKind.MLLP_IN, port=0, networks=["127.0.0.0/8"])
    one, four = _orders(number, "one"), _orders(number, "four")
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder) / "listener")
        running.go_round()
        _, port = running.listener.address_of(connection.pk)
        alone = _seconds(lambda: _push(port, one))
        beside = _seconds(lambda: _at_once([lambda part=four[i::4]: _push(port, part) for i in range(4)]))
        running.end()
    _require(Order.objects.filter(laboratory=place.laboratory).count() == 2 * number, "Not every order was received.")
    with LisReceiver() as receiver:
        naive = _seconds(lambda: _push(receiver.port, one))
    return _printed(
        "in",
        {
            "loop without a log, messages/s": number / naive,
            "one sender, orders/s": number / alone,
            "four senders, orders/s": number / beside,
            "time of one, times the loop": alone / naive,
            "time of four, times the loop": beside / naive,
        },
    )


def measure_latency(number: int) -> dict[str, float]:
    """Seconds from the signature to the acknowledgement over each of 20 connections, by a real worker of two threads."""
    from integrations.models import Message
    from tests.integrations.sending._receiver import LisReceiver

    place, signatures = Place("latency"), max(3, number // 25)
    with LisReceiver() as receiver:
        connections = [place.connection(i, port=receiver.port) for i in range(_CONNECTIONS)]
        sent = Message.objects.filter(connection__in=connections, settled_at__isnull=False)
        with _a_worker():
            # The first also waits for the worker to start.
            for round_ in range(signatures + 1):
                place.sign()
                _until(lambda round_=round_: sent.count() == _CONNECTIONS * (round_ + 1))
        waits = [
            (settled - signed).total_seconds()
            for settled, signed in sent.order_by("position").values_list("settled_at", "report__signature__signed_at")
        ][_CONNECTIONS:]
        one = _seconds(lambda: _push(receiver.port, _orders(1, "one")))
    p50, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
    return _printed(
        "latency", {"p50, s": p50, "p95, s": p95, "slowest, s": max(waits), "p95, of one exchange": p95 / one}
    )


def measure_restarts(number: int) -> dict[str, float]:
    """Two versions of each case to a receiver that is restarted five times, by a clock that is set forward."""
    from django.utils import timezone

    from integrations.models import Attempt, AttemptOutcome, Message, MessageState
    from integrations.services.sending import drain
    from tests.integrations.sending._receiver import LisReceiver

    place, now = Place("restarts"), timezone.now()
    receiver, came = LisReceiver(), []
    connection = place.connection(port=receiver.port, keeps_open=True)
    cases = place.sign(number=number // 2)
    place.sign(cases, kind="corrected")
    for round_ in range(_RESTARTS + 1):
        enough = threading.Event()
        if round_ < _RESTARTS:
            receiver.on_message = lambda _, r=receiver, e=enough: (
                e.set() if len(r.messages) == number // (_RESTARTS + 1) else None
            )
            stopper = threading.Thread(target=lambda r=receiver, e=enough: (e.wait(_GIVE_UP_SECONDS), r.stop()))
            stopper.start()
            drain(connection.pk, now=lambda at=now: at)
            stopper.join()
            came += receiver.messages
            receiver = LisReceiver(port=receiver.port)
        now += dt.timedelta(minutes=5)
    while drain(connection.pk, now=lambda at=now: at):
        now += dt.timedelta(minutes=5)
    receiver.stop()
    came += receiver.messages
    messages = Message.objects.filter(connection=connection)
    once = Attempt.objects.filter(message__in=messages, outcome=AttemptOutcome.ACKNOWLEDGED).values_list("message")
    _require(messages.filter(state=MessageState.ACKNOWLEDGED).count() == 2 * len(cases), "Not all are acknowledged.")
    _require(len(once) == len(set(once)) == 2 * len(cases), "Not each is acknowledged once.")
    return _printed("restarts", {"versions": 2 * len(cases), "restarts": _RESTARTS, **_judged(came, cases)})


def measure_killed(_number: int) -> dict[str, float]:
    """A worker process is killed when its message has arrived and is not answered yet; the next one sends it again."""
    from django.db import connection as database
    from django.utils import timezone

    from integrations.models import Attempt, AttemptOutcome, Connection
    from integrations.services.sending import drain
    from tests.integrations.sending._receiver import LisReceiver

    place, killed = Place("killed"), 0
    with LisReceiver() as receiver:
        connection = place.connection(port=receiver.port)
        cases = place.sign(number=_KILLS + 1)
        for _ in range(_KILLS):
            database.close()
            worker = subprocess.Popen(  # noqa: S603 (our own process)
                [sys.executable, "manage.py", "shell", "-v", "0", "-c", _DRAIN.format(pk=connection.pk)],
                cwd=ROOT,
                env=os.environ | {"DJANGO_SETTINGS_MODULE": "hematovision.settings.test"},
            )
            receiver.on_message = lambda _, pid=worker.pid: os.kill(pid, signal.SIGKILL)
            killed += worker.wait(_GIVE_UP_SECONDS) == -signal.SIGKILL
            receiver.on_message = lambda _: None
            Connection.objects.filter(pk=connection.pk).update(lease_until=timezone.now())
            _until(lambda: drain(connection.pk) > 0)
            place.sign(cases, kind="corrected")
        _until(lambda: drain(connection.pk) == 0)
        came = receiver.messages
    interrupted = Attempt.objects.filter(message__connection=connection, outcome=AttemptOutcome.INTERRUPTED).count()
    _require(killed == interrupted == _KILLS, "Not every worker was killed between sending and the answer.")
    return _printed("killed", {"killed": killed, **_judged(came, cases)})


_DRAIN = "from uuid import UUID; from integrations.services.sending import drain; drain(UUID('{pk}'))"


def _judged(came: list[bytes], cases: list[Any]) -> dict[str, float]:
    """What arrived: how often one came twice, which has to be byte for byte, and in order within each case."""
    from tests.integrations.sending._receiver import control_id_of

    ids = [control_id_of(message) for message in came]
    _require(len(set(zip(ids, came, strict=True))) == len(set(ids)), "One control id had two messages.")
    for case in cases:
        own = [int(one.rpartition("-")[2]) for one in ids if one.startswith(case.pk.hex[:12])]
        _require(own == sorted(own), "Versions of a case came out of order.")
    return {"came twice": sum(times - 1 for times in Counter(ids).values())}


@contextmanager
def _a_worker() -> Iterator[None]:
    """A worker as an installation runs it, until the end."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["worker", "--pool", "threads", "--concurrency", "2", "--queues", "inference,default"]
        arguments += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
        process = multiprocessing.get_context("spawn").Process(target=be_celery, args=(arguments, Path(folder) / "log"))
        process.start()
        try:
            yield
        finally:
            process.terminate()
            process.join()


def _orders(number: int, name: str) -> list[bytes]:
    from tests.factories.hl7_messages import an_order, order, pid

    return [
        an_order(*order(number=f"{name}-{i}"), patient=pid(f"{name}-{i}", "IN", family=f"Family{i}"))
        for i in range(number)
    ]


def _push(port: int, messages: list[bytes]) -> None:
    """Send messages one by one, each when the one before is acknowledged, over a new socket now and then; keep nothing."""
    from integrations.hl7.mllp import frame

    for first in range(0, len(messages), _A_SESSION):
        with socket.create_connection(("127.0.0.1", port), timeout=_GIVE_UP_SECONDS) as channel:
            for message in messages[first : first + _A_SESSION]:
                channel.sendall(frame(message))
                answer = b""
                while not answer.endswith(b"\x1c\r"):
                    answer += channel.recv(65536)
                _require(b"MSA|AA|" in answer, answer.decode())


def _at_once(calls: list[Callable[[], None]]) -> None:
    from tests.together import together

    _require(together(*calls) == [None] * len(calls), "A sender failed.")


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + _GIVE_UP_SECONDS
    while not is_so():
        _require(time.monotonic() < end, "It did not come to an end.")
        time.sleep(0.02)


def _require(is_so: object, otherwise: str) -> None:
    if not is_so:
        raise SystemExit(otherwise)


def _printed(part: str, found: dict[str, float]) -> dict[str, float]:
    print(f"{part}:")
    for name, value in found.items():
        print(f"  {name:32} {value:10.2f}")
    return found
