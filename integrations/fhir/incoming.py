"""What a transaction with an order says, in the words of the record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number with the URI of its numbering, which is empty where the sender named none."""

    system: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonSaid:
    """A Patient. `organization` is the id or the slug of who registered them, empty where it is the sender's own."""

    where: str
    numbers: tuple[Numbered, ...] = field(repr=False)
    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str
    organization: str


@dataclass(frozen=True, slots=True)
class OrderSaid:
    """A ServiceRequest, with what a Specimen beside it says of the blood."""

    placer: Numbered
    group_number: str = ""
    service_code: str = ""
    priority: str = "routine"
    clinical_question: str = field(default="", repr=False)
    ordering_name: str = ""
    ordering_id: str = ""
    visit_number: str = field(default="", repr=False)
    location: str = ""
    specimen_id: str = ""
    collected_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A person and an order for them.

    `condition` is the number by which the person may be known already, `if_none_exists` whether the order is wanted only where
    its number is free. `kinds` are the entries as they came, `remarks` what is told about some of them, by kind.
    """

    person: PersonSaid
    condition: Numbered
    order: OrderSaid
    if_none_exists: bool
    kinds: tuple[str, ...]
    remarks: dict[str, str]
