"""Orders and patients of other systems: OML^O33, OML^O21, ORM^O01 and ADT^A04, A08, A31, A40, read and checked by themselves.

Whether a patient, an order or an authority is there is not known here. What a message leaves open stays open.
"""

from __future__ import annotations

import datetime as dt

from integrations.codes import SEX_IN
from integrations.hl7.faults import (
    RequiredFieldMissingError,
    SegmentSequenceError,
    UnknownValueError,
    UnsupportedEventError,
    UnsupportedTypeError,
)
from integrations.hl7.incoming import Incoming, Orders, PatientMerge, PatientUpdate, Person, Visit
from integrations.hl7.order_lines import order_lines
from integrations.hl7.outgoing import Number
from integrations.hl7.reading import MOST_IN_NAME, Read, Segment, read, require
from integrations.hl7.text import read_birth_date
from integrations.said import gettext_noop

ORDERS = {"OML": {"O33", "O21"}, "ORM": {"O01"}}
PATIENTS = {"A04", "A08", "A31"}
MERGE = "A40"
IS_MISSING = gettext_noop("The segment %(name)s is missing.")
ONE_IS_TAKEN = gettext_noop("One %(name)s a message is taken here.")


def parse(content: bytes, *, processing_id: str = "P", charset: str = "ASCII", zone: dt.tzinfo = dt.UTC) -> Incoming:
    """Return what a message says.

    `processing_id` is the one the connection takes, `charset` that of messages without MSH-18, `zone` that of times without
    one. Raises a fault of `integrations.hl7.faults` with its code and place, or `UnreadableError`.
    """
    found = read(content, charset=charset, zone=zone)
    header = found.header
    require(header, processing_id)
    if not header.control_id:
        raise RequiredFieldMissingError(gettext_noop("A message needs a control id."), "MSH^1^10")
    if header.type in ORDERS:
        if header.event not in ORDERS[header.type]:
            raise UnsupportedEventError(gettext_noop("This event of orders is not taken here."), "MSH^1^9^1^2")
        return Orders(header, _patient(found), _visit(found), order_lines(found, zone))
    if header.type != "ADT":
        raise UnsupportedTypeError(gettext_noop("Only OML, ORM and ADT are taken."), "MSH^1^9^1^1")
    if header.event == MERGE:
        return _merge(found)
    if header.event not in PATIENTS:
        raise UnsupportedEventError(gettext_noop("This event of patients is not taken here."), "MSH^1^9^1^2")
    return PatientUpdate(header, _patient(found), _visit(found))


def _one(found: Read, name: str) -> Segment:
    """The segment of that name, of which there has to be one."""
    here = [segment for segment in found.segments if segment.name == name]
    if not here:
        raise SegmentSequenceError(IS_MISSING % {"name": name}, name)
    if len(here) > 1:
        raise SegmentSequenceError(ONE_IS_TAKEN % {"name": name}, f"{name}^2")
    return here[0]


def _patient(found: Read) -> Person:
    pid = _one(found, "PID")
    family = pid.code(5, most=MOST_IN_NAME)
    if not family:
        raise RequiredFieldMissingError(gettext_noop("A patient needs a family name."), pid.place(5, 1))
    sex = SEX_IN.get(pid.code(8).upper())
    if sex is None:
        raise UnknownValueError(gettext_noop("The sex is not of HL7 table 0001."), pid.place(8))
    return Person(
        numbers=_numbers(pid, 3),
        family_name=family,
        given_name=" ".join(
            part for part in (pid.code(5, 2, most=MOST_IN_NAME), pid.code(5, 3, most=MOST_IN_NAME)) if part
        ),
        born=read_birth_date(pid.code(7), pid.place(7)),
        sex=sex,
    )


def _numbers(segment: Segment, number: int) -> tuple[Number, ...]:
    """The numbers in a field, each with who assigned it: one without its authority could be anybody's."""
    found = []
    for at in range(segment.repetitions(number)):
        value = segment.code(number, at=at)
        if not value:
            continue
        authority = segment.code(number, 4, at=at) or segment.code(number, 4, 2, at=at)
        if not authority:
            raise RequiredFieldMissingError(
                gettext_noop("A number needs its assigning authority."), segment.place(number, 4)
            )
        found.append(Number(value, authority, segment.code(number, 5, at=at) or "MR"))
    if not found:
        raise RequiredFieldMissingError(gettext_noop("A patient needs a number."), segment.place(number, 1))
    return tuple(found)


def _visit(found: Read) -> Visit:
    pv1 = found.first("PV1")
    if pv1 is None:
        return Visit()
    location = " ".join(part for part in (pv1.code(3, component) for component in (1, 2, 3)) if part)
    return Visit(pv1.code(19), location)


def _merge(found: Read) -> PatientMerge:
    survivor, mrg = _patient(found), _one(found, "MRG")
    merged = _numbers(mrg, 1)
    known = {(number.value, number.authority) for number in survivor.numbers}
    if any((number.value, number.authority) in known for number in merged):
        raise UnknownValueError(
            gettext_noop("A record is not merged into itself: MRG-1 is a number of PID-3."), mrg.place(1)
        )
    return PatientMerge(found.header, survivor, merged)
