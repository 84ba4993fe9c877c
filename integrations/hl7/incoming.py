"""What an incoming message says, in the words of the record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from cases.partial_date import PartialDate
from integrations.codes import Coded
from integrations.hl7.outgoing import Number
from integrations.hl7.reading import Header


class Control(StrEnum):
    """ORC-1: what is to become of an order."""

    NEW = "NW"
    CANCEL = "CA"
    CHANGE = "XO"
    REPLACE = "RP"


@dataclass(frozen=True, slots=True)
class Person:
    """The patient of a message: numbers with their authorities in the order they came."""

    numbers: tuple[Number, ...] = field(repr=False)
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    born: PartialDate = field(repr=False)
    sex: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """The stay of the patient: its number, and where they are."""

    number: str = field(default="", repr=False)
    location: str = ""


@dataclass(frozen=True, slots=True)
class WhiteCount:
    """A white cell count that came with an order, in 10^9/L."""

    value: Decimal
    source: str
    measured_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order: what is asked, under which numbers. `replaced_by` is there for `Control.REPLACE` alone.

    What the message leaves open is empty: a change that does not name the priority does not lower it.
    """

    control: Control
    placer_number: str
    placer_namespace: str
    filler_number: str = ""
    group_number: str = ""
    service: Coded | None = None
    priority: str = ""
    clinical_question: str = field(default="", repr=False)
    ordering_id: str = ""
    ordering_name: str = ""
    collected_at: dt.datetime | None = None
    specimen_id: str = ""
    wbc: WhiteCount | None = field(default=None, repr=False)
    replaced_by: tuple[OrderLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Orders:
    """OML^O33, OML^O21 or ORM^O01."""

    header: Header
    patient: Person
    visit: Visit
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class PatientUpdate:
    """ADT^A04, A08 or A31: somebody is registered, or is now called otherwise."""

    header: Header
    patient: Person
    visit: Visit


@dataclass(frozen=True, slots=True)
class PatientMerge:
    """ADT^A40: the records under the numbers of `merged` are of `survivor`."""

    header: Header
    survivor: Person
    merged: tuple[Number, ...] = field(repr=False)


Incoming = Orders | PatientUpdate | PatientMerge
