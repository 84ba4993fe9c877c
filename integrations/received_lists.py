"""The list of results that a receiver says it has, compared with what was sent.

A list is CSV with the columns `accession,version,received_at`, in any order, one line a version. It is read whole before
anything is compared: one bad line refuses it.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from hematovision.errors import Unprocessable
from integrations.reconciliation import GOOD, fate_of, versions_owed
from reports.models import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accounts.models import User
    from integrations.models import Connection
    from integrations.reconciliation import Period

COLUMNS = ("accession", "version", "received_at")
MOST_BYTES = 2 * 1024 * 1024
_MOST_LETTERS = 64
_AT_ONCE = 500
_VERSION = re.compile(r"[0-9]{1,4}")


class Difference(StrEnum):
    """How the two sides differ about a case."""

    MISSING_THERE = "missing_there"
    """It was sent and acknowledged, and the receiver does not have it."""
    OLDER_THERE = "older_there"
    """The receiver has an earlier version than the one that it acknowledged."""
    MISSING_HERE = "missing_here"
    """The receiver has what was never signed here."""
    NOT_CONFIRMED = "not_confirmed"
    """The receiver has it, and never acknowledged it."""


LABELS = {
    Difference.MISSING_THERE: gettext_lazy("Acknowledged, and not on the list"),
    Difference.OLDER_THERE: gettext_lazy("An earlier version is on the list"),
    Difference.MISSING_HERE: gettext_lazy("On the list, and never signed here"),
    Difference.NOT_CONFIRMED: gettext_lazy("On the list, and never acknowledged"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One case about which the two sides differ; a version of 0 is none."""

    kind: Difference
    accession_number: str
    version_here: int
    version_there: int

    @property
    def label(self) -> str:
        """The difference in words."""
        return str(LABELS[self.kind])


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of a list: how many lines it has, how many versions were owed in the period, and what differs."""

    lines: int
    owed: int
    findings: list[Finding]


def read_list(content: bytes) -> dict[str, int]:
    """Return the newest version of each accession number in a list; raises `Unprocessable` with the line that is wrong."""
    if len(content) > MOST_BYTES:
        raise Unprocessable(_("The list is longer than 2 MB: send it in parts."), code="list_too_long")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unprocessable(_("The list is not text in UTF-8."), code="bad_list") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        found = {name.strip().lower() for name in rows.fieldnames or ()}
        if found != set(COLUMNS):
            raise Unprocessable(
                _("The first line of the list has to name the columns accession, version and received_at."),
                code="bad_list",
            )
        rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
        newest: dict[str, int] = {}
        for row in rows:
            accession, version = _line(row, rows.line_num)
            newest[accession] = max(version, newest.get(accession, 0))
    except csv.Error as error:
        raise Unprocessable(
            _("Line %(line)d of the list is no CSV.") % {"line": rows.line_num}, code="bad_list"
        ) from error
    return newest


def _line(row: dict[str, str], number: int) -> tuple[str, int]:
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    wrong = None
    number_said = values["accession"]
    if None in row or not number_said or len(number_said) > _MOST_LETTERS or not number_said.isprintable():
        wrong = _("Line %(line)d of the list has no accession number, or more columns than three.")
    elif _VERSION.fullmatch(values["version"]) is None or not int(values["version"]):
        wrong = _("Line %(line)d of the list has no version: a whole number from 1.")
    elif values["received_at"] and not _is_time(values["received_at"]):
        wrong = _("Line %(line)d of the list has a time that is not ISO 8601.")
    if wrong:
        raise Unprocessable(wrong % {"line": number}, code="bad_list")
    return values["accession"].upper(), int(values["version"])


def _is_time(text: str) -> bool:
    try:
        return parse_datetime(text) is not None
    except ValueError:
        return False


def compare(connection: Connection, period: Period, theirs: dict[str, int]) -> Comparison:
    """Compare what a receiver has with the versions signed in a period that it is owed.

    What it has of other days is asked for existence alone: a list may be longer than the period.
    """
    here: dict[str, int] = {}
    arrived: dict[str, int] = {}
    owed = 0
    for report in versions_owed(connection, period).select_related("case"):
        owed += 1
        number = report.case.accession_number.upper()
        here[number] = max(report.version, here.get(number, 0))
        if fate_of(report) in GOOD:
            arrived[number] = max(report.version, arrived.get(number, 0))
    findings = [*_of_the_period(here, arrived, theirs), *_never_signed(connection, here, theirs)]
    return Comparison(len(theirs), owed, sorted(findings, key=lambda found: (found.kind, found.accession_number)))


def told_to(user: User, connection: Connection, findings: list[Finding]) -> list[Finding]:
    """Return the findings but for those about cases of the laboratory that are hidden from `user`, because a patient is restricted."""
    hidden: set[str] = set()
    seen = Case.objects.visible_to(user).order_by().values("pk")
    for part in _parts([found.accession_number for found in findings]):
        cases = Case.objects.with_accession_numbers(part).filter(laboratory=connection.laboratory_id)
        numbers = cases.exclude(pk__in=seen).order_by().values_list("accession_number", flat=True)
        hidden.update(number.upper() for number in numbers)
    return [found for found in findings if found.accession_number not in hidden]


def _of_the_period(here: dict[str, int], arrived: dict[str, int], theirs: dict[str, int]) -> Iterator[Finding]:
    for number, version in here.items():
        there, sent = theirs.get(number, 0), arrived.get(number, 0)
        if sent and not there:
            yield Finding(Difference.MISSING_THERE, number, sent, 0)
        elif there < sent:
            yield Finding(Difference.OLDER_THERE, number, sent, there)
        elif sent < there <= version:
            yield Finding(Difference.NOT_CONFIRMED, number, sent, there)


def _never_signed(connection: Connection, here: dict[str, int], theirs: dict[str, int]) -> Iterator[Finding]:
    """What the receiver has and was never signed at the laboratory of the connection."""
    signed = dict(here)
    others = [number for number in theirs if number not in here]
    for part in _parts(others):
        cases = Case.objects.with_accession_numbers(part).filter(laboratory=connection.laboratory_id)
        for number, version in Report.objects.filter(case__in=cases).values_list("case__accession_number", "version"):
            signed[number.upper()] = max(version, signed.get(number.upper(), 0))
    for number, there in theirs.items():
        if there > signed.get(number, 0):
            yield Finding(Difference.MISSING_HERE, number, signed.get(number, 0), there)


def _parts(numbers: list[str]) -> Iterable[list[str]]:
    for begin in range(0, len(numbers), _AT_ONCE):
        yield numbers[begin : begin + _AT_ONCE]
