"""What the tests of sending share: a clock that is set, a link that is told what to say, and signed reports in the feed."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.utils import timezone

from integrations.models import AttemptOutcome, Connection
from integrations.sending.mllp import MllpLink, Receiver
from integrations.sending.told import Told
from integrations.services.feed import number_events
from integrations.services.sending import drain
from tests.factories.cases import CaseFactory, PatientFactory
from tests.factories.reports import signed_report

OK = Told(AttemptOutcome.ACKNOWLEDGED, "The receiver has it.", "AA")
AWAY = Told(AttemptOutcome.NO_CONNECTION, "The receiver does not take connections.")
SILENT = Told(AttemptOutcome.NO_ANSWER, "No answer came in time.")
AE = Told(AttemptOutcome.FAILED, "The receiver could not process it.", "AE", patience=3)
AR = Told(AttemptOutcome.REFUSED, "The receiver refused it.", "AR")
CE = Told(AttemptOutcome.FAILED, "The receiver could not store it.", "CE")


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, at: dt.datetime | None = None) -> None:
        self.at = at or timezone.now()

    def __call__(self) -> dt.datetime:
        return self.at

    def go(self, **by: float) -> None:
        """Go on, or back."""
        self.at += dt.timedelta(**by)


class ToldLink:
    """A link that says what it was told, by control id or for all."""

    def __init__(self, says: Told = OK, **by_end: Told) -> None:
        self.says = says
        self.special: dict[str, Told] = {}
        self.sent: list[str] = []
        self.closed = 0

    def send(self, message):
        self.sent.append(message.control_id)
        return self.special.get(message.control_id, self.says)

    def close(self):
        self.closed += 1


def run(connection: Connection, link=None, clock=None) -> int:
    """Drain a connection over a link, or over a socket with a short patience."""
    to = (lambda _: link) if link is not None else impatient
    return drain(connection.pk, now=clock or Clock(), link_to=to)


def impatient(connection: Connection, *, ack_timeout: float = 0.3) -> MllpLink:
    """A link over a socket that does not wait long."""
    receiver = Receiver(connection.host, connection.port or 0, keeps_open=connection.keeps_open)
    return MllpLink(dataclasses.replace(receiver, ack_timeout=ack_timeout))


def a_case(clinic):
    """A case with a patient of its own."""
    return CaseFactory(clinic=clinic, submitted=True, patient=PatientFactory(organisation=clinic))


def signed(clinic, by, case=None, **given):
    """A signed version, numbered in the feed."""
    report = signed_report(case or a_case(clinic), by, **given)
    number_events()
    return report
