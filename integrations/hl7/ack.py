"""Acknowledgements in original mode: one for every message, and the one that answers ours told from the ones that do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from integrations.codes import BLOOD
from integrations.hl7.faults import FaultError, SegmentSequenceError, UnknownValueError
from integrations.hl7.incoming import Person
from integrations.hl7.outgoing import Outgoing
from integrations.hl7.reading import Header, read
from integrations.hl7.text import CHARSETS, time_of
from integrations.hl7.writing import Written, coded, components, header, message, repeated, segment

ACCEPTED = frozenset({"AA", "CA"})
CODES = frozenset({"AA", "AE", "AR", "CA", "CE", "CR"})
"""HL7 table 0008."""


ORDER_ANSWERS = {
    "OML^O33": ("ORL", "O34", "ORL_O34"),
    "OML^O21": ("ORL", "O22", "ORL_O22"),
    "ORM^O01": ("ORR", "O02", "ORR_O02"),
}
"""The application answer to each message with orders."""
_NO_CODE = "Blood smear review"  # not translated
"""What an examination is called that was ordered without a code."""


class OrderOutcome(StrEnum):
    """What became of an order that was sent (HL7 table 0119)."""

    ACCEPTED = "OK"
    CANCELLED = "CR"
    CHANGED = "XR"
    REPLACED = "RQ"
    NOT_CANCELLED = "UC"
    NOT_CHANGED = "UX"
    NOT_REPLACED = "UM"


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """What became of one order of a message, under its numbers; `said` tells why it was not done."""

    outcome: OrderOutcome
    placer_number: str
    placer_namespace: str
    filler_number: str = ""
    service_code: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered: MSA-1, the control id it is about, and its words."""

    code: str
    control_id: str
    said: str

    @property
    def is_accepted(self) -> bool:
        """Whether the receiver has taken the message."""
        return self.code in ACCEPTED


def accept(to: Header, *, control_id: str, at: dt.datetime, said: str = "Message accepted") -> Outgoing:
    """Return the answer that a message was stored and processed."""
    return _answer(to, "AA", said, control_id, at, [])


def answer_orders(
    to: Header,
    patient: Person,
    orders: Sequence[OrderAnswer],
    *,
    control_id: str,
    at: dt.datetime,
    said: str = "Message accepted",
) -> Outgoing:
    """Return the answer of an application to a message with orders (ORL or ORR): what became of each.

    Raises `KeyError` for a message that has none.
    """
    kind = ORDER_ANSWERS[to.kind]
    numbers = [components(one.value, "", "", one.authority, one.kind) for one in patient.numbers]
    name = components(patient.family_name, patient.given_name)
    lines = [segment("PID", {1: "1", 3: repeated(*numbers), 5: name})]
    if kind[1] == "O34":  # here an order belongs to a specimen
        lines.append(segment("SPM", {1: "1", 4: coded(BLOOD)}))
    for place, one in enumerate(orders, start=1):
        placer = components(one.placer_number, one.placer_namespace)
        orc = {1: one.outcome, 2: placer, 3: one.filler_number, 16: components("", one.said)}
        obr = {1: str(place), 2: placer, 3: one.filler_number, 4: one.service_code or components("", _NO_CODE)}
        lines += [segment("ORC", orc), segment("OBR", obr)]
    return _answer(to, "AA", said, control_id, at, lines, kind)


def refuse(to: Header, fault: FaultError, *, control_id: str, at: dt.datetime) -> Outgoing:
    """Return the answer to a message with a fault: its code, its place and its sentence."""
    err = segment(
        "ERR",
        {
            2: Written(fault.place),
            3: components(str(fault.code), fault.text, "HL70357"),
            4: "E",
            8: fault.sentence,
        },
    )
    return _answer(to, fault.acknowledgement, fault.sentence[:80], control_id, at, [err])


def parse_answer(content: bytes, *, charset: str = "ASCII") -> Answer:
    """Return what an acknowledgement says.

    Raises a fault where it is none, or its code is not of HL7 table 0008, and `UnreadableError` for what is no HL7.
    """
    found = read(content, charset=charset, zone=dt.UTC)
    msa = found.first("MSA")
    if msa is None:
        raise SegmentSequenceError("The answer has no MSA.", "MSA")  # not translated
    code = msa.code(1)
    if code not in CODES:
        raise UnknownValueError("The code of the answer is not of HL7 table 0008.", msa.place(1))  # not translated
    err = found.first("ERR")
    said = msa.get(3) or ("" if err is None else err.get(8) or err.get(7) or err.get(3, 2))
    return Answer(code, msa.code(2), said)


def is_answer_to(answer: Answer, control_id: str) -> bool:
    """Whether `answer` is about the message with that control id: a late one of an earlier message is not."""
    return bool(control_id) and answer.control_id == control_id


def _answer(
    to: Header,
    code: str,
    said: str,
    control_id: str,
    at: dt.datetime,
    rest: list[str],
    kind: tuple[str, ...] = (),
) -> Outgoing:
    """MSH with sender and receiver exchanged, MSA, and the rest; in the character set of the message that is answered.

    One whose character set is not understood was read as ASCII, and is answered in it.
    """
    charset = to.charset if to.charset in CHARSETS else "ASCII"
    msh = header(
        {
            3: to.receiving_application,
            4: to.receiving_facility,
            5: to.sending_application,
            6: to.sending_facility,
            7: time_of(at),
            9: components(*(kind or ("ACK", to.event, "ACK"))),
            10: control_id,
            11: to.processing_id or "P",
            12: to.version or "2.5.1",
            18: charset,
        }
    )
    msa = segment("MSA", {1: code, 2: to.control_id, 3: said})
    return Outgoing(control_id, message(msh, msa, *rest).encode(CHARSETS[charset], "replace"))
