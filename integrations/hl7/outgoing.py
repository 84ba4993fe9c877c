"""What a result message needs besides the report: who sends and receives, under which numbers, and what it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from integrations.hl7.text import UTF_8


class Kind(StrEnum):
    """What a version is to the receiver."""

    PRELIMINARY = "preliminary"
    ORIGINAL = "original"
    CORRECTED = "corrected"
    APPENDED = "appended"
    WITHDRAWN = "withdrawn"
    SPECIMEN_REJECTED = "specimen_rejected"


@dataclass(frozen=True, slots=True)
class Place:
    """An application or facility as HL7 names it (HD): a name, or an OID with its type `ISO`."""

    name: str
    universal_id: str = ""
    universal_id_type: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a patient: its value, who assigned it, and HL7 table 0203 (`MR`, `PI`, `SS`)."""

    value: str
    authority: str
    kind: str = "MR"


@dataclass(frozen=True, slots=True)
class OrderNumbers:
    """The order a report answers, under the number of whoever placed it."""

    placer_number: str = ""
    placer_namespace: str = ""
    ordering_id: str = ""
    ordering_name: str = ""
    visit_number: str = ""

    @classmethod
    def of(cls, content: dict[str, Any]) -> OrderNumbers:
        """Return the order in the content of a report; one without numbers where it has none, as before format 2."""
        told = content.get("order")
        return cls() if told is None else cls(**{name: told.get(name, "") for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Sent:
    """A version that the receiver has: its content, the numbers the patient had in that message, and whether the PDF was in it."""

    content: dict[str, Any]
    numbers: tuple[Number, ...]
    with_pdf: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """Between whom messages go. `filler_namespace` is the numbering of accession numbers, `zone` the laboratory's clock."""

    sending_application: Place
    sending_facility: Place
    receiving_application: Place
    receiving_facility: Place
    filler_namespace: str
    processing_id: str = "P"
    charset: str = UTF_8
    appended_as: str = "C"
    software: str = "HematoVision"
    software_version: str = "0"
    zone: dt.tzinfo = field(default=dt.UTC)

    def __post_init__(self) -> None:
        """Refuse what no receiver could make sense of."""
        if self.processing_id not in {"P", "T", "D"}:
            raise ValueError("The processing id is P, T or D.")
        if self.appended_as not in {"C", "F"}:
            raise ValueError("An addendum is sent as C or F.")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is ready: the same bytes and control id at every attempt."""

    control_id: str
    content: bytes = field(repr=False)
