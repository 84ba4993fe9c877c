"""The orders in an order message: ORC with what follows it, up to the next."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from integrations.codes import EQUAL_UNITS, LOINC, PRIORITIES_IN, WBC, WBC_CODES, Coded
from integrations.hl7.faults import (
    DataTypeError,
    RequiredFieldMissingError,
    SegmentSequenceError,
    UnknownValueError,
)
from integrations.hl7.incoming import Control, OrderLine, WhiteCount
from integrations.hl7.reading import Read, Segment
from integrations.hl7.text import read_time
from integrations.said import gettext_noop

REPLACEMENT = "RO"
_PER_MICROLITRE = frozenset({"/uL", "{cells}/uL", "/mm3"})
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,6})?", re.ASCII)
_MOST_WHITE_CELLS = Decimal(2000)
_USED_RESULTS = frozenset({"F", "C", ""})


@dataclass(slots=True)
class _Group:
    """The segments of one order."""

    orc: Segment
    obr: Segment | None = None
    tq1: Segment | None = None
    spm: Segment | None = None
    notes: list[Segment] = field(default_factory=list)
    results: list[Segment] = field(default_factory=list)


def order_lines(found: Read, zone: dt.tzinfo) -> tuple[OrderLine, ...]:
    """Return the orders of a message in their order; raises a fault where there is none, or one is not whole."""
    groups = _groups(found)
    if not groups:
        raise SegmentSequenceError(gettext_noop("The segment ORC is missing."), "ORC")
    lines: list[OrderLine] = []
    for group in groups:
        control = group.orc.required(1)
        if control == REPLACEMENT:
            if not lines or lines[-1].control is not Control.REPLACE:
                raise SegmentSequenceError(
                    gettext_noop("RO follows the order that it replaces (RP)."), group.orc.place(1)
                )
            new = _line(group, Control.NEW, found, zone)
            lines[-1] = replace(lines[-1], replaced_by=(*lines[-1].replaced_by, new))
        elif control in set(Control):
            lines.append(_line(group, Control(control), found, zone))
        else:
            raise UnknownValueError(gettext_noop("Taken are NW, CA, XO, RP and RO."), group.orc.place(1))
    if any(line.control is Control.REPLACE and not line.replaced_by for line in lines):
        raise SegmentSequenceError(
            gettext_noop("An order that is replaced (RP) is followed by the new one (RO)."), "ORC"
        )
    return tuple(lines)


def _groups(found: Read) -> list[_Group]:
    """In OML^O33 a specimen comes before its orders, with its results; else after the order it belongs to."""
    groups: list[_Group] = []
    specimen_first = found.header.event == "O33"
    specimen: Segment | None = None
    ahead: list[Segment] = []
    current: _Group | None = None
    for segment in found.segments:
        if segment.name == "ORC":
            current = _Group(segment, spm=specimen, results=list(ahead))
            groups.append(current)
        elif segment.name == "SPM" and specimen_first:
            specimen, ahead, current = segment, [], None
        elif current is not None:
            _take(current, segment)
        elif segment.name == "OBX":
            ahead.append(segment)
        elif segment.name == "OBR":
            raise SegmentSequenceError(gettext_noop("OBR stands without its ORC."), segment.place(1))
    return groups


def _take(group: _Group, segment: Segment) -> None:
    """Put a segment where it belongs in its order; what is not needed here is left alone."""
    if segment.name == "OBR":
        if group.obr is not None:
            raise SegmentSequenceError(gettext_noop("One OBR an order is taken here."), segment.place(1))
        group.obr = segment
    elif segment.name == "TQ1":
        group.tq1 = group.tq1 or segment
    elif segment.name == "SPM":
        group.spm = group.spm or segment
    elif segment.name == "NTE" and group.obr is not None and not group.results:
        group.notes.append(segment)
    elif segment.name == "OBX":
        group.results.append(segment)


def _line(group: _Group, control: Control, found: Read, zone: dt.tzinfo) -> OrderLine:
    placed = group.orc if group.orc.code(2) or group.obr is None else group.obr
    placer = placed.required(2)
    namespace = placed.code(2, 2) or placed.code(2, 3) or found.header.sending_application
    if not namespace:
        raise RequiredFieldMissingError(gettext_noop("A placer number needs its numbering."), placed.place(2, 2))
    line = OrderLine(control, placer, namespace, filler_number=group.orc.code(3), group_number=group.orc.code(4))
    if control in {Control.CANCEL, Control.REPLACE}:
        return line
    if group.obr is None:
        raise SegmentSequenceError(gettext_noop("An order needs OBR."), "OBR")
    return _told(line, group, group.obr, found, zone)


def _told(line: OrderLine, group: _Group, obr: Segment, found: Read, zone: dt.tzinfo) -> OrderLine:
    """The order with what it says of the examination and the specimen."""
    if not obr.code(4) and not obr.get(4, 2):
        raise RequiredFieldMissingError(gettext_noop("An order names the examination."), obr.place(4))
    orderer = group.orc if group.orc.code(12) or group.orc.code(12, 2) else obr
    number = 12 if orderer is group.orc else 16
    name = " ".join(part for part in (orderer.code(number, 3), orderer.code(number, 2)) if part)
    spm = group.spm
    collected = read_time(spm.code(17), spm.place(17), zone) if spm is not None else None
    notes = "\n".join(part for note in group.notes if (part := note.get(3)))
    return replace(
        line,
        service=Coded(obr.code(4), obr.get(4, 2), obr.code(4, 3)),
        priority=_priority(group, obr),
        clinical_question=_bounded("\n".join(part for part in (obr.get(13), _reason(obr), notes) if part), obr),
        ordering_id=orderer.code(number),
        ordering_name=name,
        collected_at=collected or read_time(obr.code(7), obr.place(7), zone),
        specimen_id="" if spm is None else spm.code(2, 1, 1) or spm.code(2, 2, 1),
        wbc=_white_count(group.results, found, zone),
    )


def _bounded(question: str, obr: Segment) -> str:
    """The clinical question is made of three fields and as long as one may be."""
    if len(question) > 2_000:
        raise DataTypeError(gettext_noop("The clinical question has more than 2000 characters."), obr.place(13))
    return question


def _reason(obr: Segment) -> str:
    """OBR-31, in words or as a code."""
    return obr.get(31, 2) or obr.get(31)


def _priority(group: _Group, obr: Segment) -> str:
    """TQ1-9, else what older versions have: the sixth part of ORC-7 and OBR-27, and OBR-5."""
    for segment, number, component in (
        (group.tq1, 9, 1),
        (group.orc, 7, 6),
        (obr, 27, 6),
        (obr, 5, 1),
    ):
        said = segment.code(number, component) if segment is not None else ""
        if segment is not None and said:
            priority = PRIORITIES_IN.get(said.upper())
            if priority is None:
                raise UnknownValueError(
                    gettext_noop("The priority is not of HL7 table 0485."), segment.place(number, component)
                )
            return priority
    return ""


def _white_count(results: list[Segment], found: Read, zone: dt.tzinfo) -> WhiteCount | None:
    """The last white cell count among the results; one that is not final is none."""
    used = [
        obx
        for obx in results
        if obx.code(3) in WBC_CODES and obx.code(3, 3) in {LOINC, ""} and obx.code(11) in _USED_RESULTS
    ]
    if not used:
        return None
    obx = used[-1]
    written = obx.required(5)
    if _NUMBER.fullmatch(written) is None:
        raise DataTypeError(gettext_noop("The white cell count is no number."), obx.place(5))
    value = Decimal(written)
    unit = obx.required(6)
    if unit in _PER_MICROLITRE:
        value /= 1000
    elif unit not in EQUAL_UNITS[WBC]:
        raise UnknownValueError(gettext_noop("The unit of the white cell count is not known: 10*9/L is."), obx.place(6))
    if not 0 <= value <= _MOST_WHITE_CELLS:
        raise DataTypeError(gettext_noop("The white cell count is not between 0 and 2000 x 10*9/L."), obx.place(5))
    source = obx.code(18) or found.header.sending_facility or found.header.sending_application
    return WhiteCount(value, source, read_time(obx.code(14), obx.place(14), zone))
