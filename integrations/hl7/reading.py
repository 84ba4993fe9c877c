"""A message taken apart: segments and fields by number, bounded, in its own separators and character set."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

import hl7

from integrations.hl7.faults import (
    DataTypeError,
    RequiredFieldMissingError,
    UnreadableError,
    UnsupportedProcessingError,
    UnsupportedVersionError,
)
from integrations.hl7.mllp import MOST_BYTES
from integrations.hl7.text import CR, Delimiters, codec_of, read_time, unescape
from integrations.said import gettext_noop

MOST_PARTS = 50_000
"""Separators in one message: each becomes an object many times its size."""
MOST_CHARACTERS = 2_000
"""The longest field that is taken of an order or a patient."""
MOST_IN_CODE = 64
MOST_IN_NAME = 100

TOO_LONG = gettext_noop("More than %(most)s characters.")
TOO_MANY_BYTES = gettext_noop("A message of more than %(most)s bytes.")
TOO_MANY_PARTS = gettext_noop("A message of more than %(most)s parts.")
ANOTHER_PROCESSING = gettext_noop("Only messages with processing id %(wanted)s are taken.")

_SEPARATORS = re.compile(rb"MSH([!-/:-@\[-`{-~])([!-/:-@\[-`{-~]{4})#?\1")
_VERSION = re.compile(r"2\.\d(?:\.\d)?")


@dataclass(frozen=True, slots=True)
class Header:
    """MSH: who sent what, and when."""

    control_id: str
    type: str
    event: str
    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    processing_id: str
    version: str
    charset: str
    sent_at: dt.datetime | None

    @property
    def kind(self) -> str:
        """Type and event as people write them: `OML^O33`."""
        return f"{self.type}^{self.event}"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. `number` counts the segments of its name from 1, as ERR-2 does."""

    name: str
    number: int
    _fields: hl7.Segment = field(repr=False)
    _delimiters: Delimiters = field(repr=False)
    _codec: str = field(repr=False)

    def place(self, number: int, component: int = 0) -> str:
        """Return where a field is, as ERR-2 has it."""
        end = f"^1^{component}" if component else ""
        return f"{self.name}^{self.number}^{number}{end}"

    def get(
        self, number: int, component: int = 1, subcomponent: int = 1, *, at: int = 0, most: int = MOST_CHARACTERS
    ) -> str:
        """Return one value, empty where it is not there or deleted (two quotes); raises `DataTypeError` where it is too long."""
        part = _nth(_nth(_nth(_nth(self._fields, number), at), component - 1), subcomponent - 1)
        value = unescape(part if isinstance(part, str) else "", self._delimiters, self._codec).strip()
        if len(value) > most:
            raise DataTypeError(TOO_LONG % {"most": most}, self.place(number, component))
        return "" if value == '""' else value

    def code(
        self, number: int, component: int = 1, subcomponent: int = 1, *, at: int = 0, most: int = MOST_IN_CODE
    ) -> str:
        """Return one number, code or name: of one line, and short."""
        value = self.get(number, component, subcomponent, at=at, most=most)
        if not value.isprintable():
            raise DataTypeError(gettext_noop("Control characters are not allowed here."), self.place(number, component))
        return value

    def required(self, number: int, component: int = 1, *, at: int = 0) -> str:
        """Return one code that has to be there; raises `RequiredFieldMissingError`."""
        value = self.code(number, component, at=at)
        if not value:
            raise RequiredFieldMissingError(gettext_noop("A required field is empty."), self.place(number, component))
        return value

    def repetitions(self, number: int) -> int:
        """Return how often a field is there."""
        found = _nth(self._fields, number)
        return len(found) if isinstance(found, hl7.Field) else 0


def _nth(part: object, place: int) -> object:
    """Return one part of a part: what has none is its own first, and what is not there is nothing."""
    if isinstance(part, str):
        return part if place == 0 else ""
    if isinstance(part, list):
        return part[place] if place < len(part) else ""
    return ""


@dataclass(frozen=True, slots=True)
class Read:
    """A message: its header and segments, MSH first."""

    header: Header
    segments: tuple[Segment, ...] = field(repr=False)

    def first(self, name: str) -> Segment | None:
        """Return the first segment of that name."""
        return next((segment for segment in self.segments if segment.name == name), None)


def read(content: bytes, *, charset: str, zone: dt.tzinfo) -> Read:
    """Return the message in `content`. `charset` is what the connection says where MSH-18 is empty, `zone` the sender's clock.

    Raises `UnreadableError` for what is no HL7 message and cannot be answered, a fault for one that can.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableError(TOO_MANY_BYTES % {"most": MOST_BYTES})
    content = content.strip(b"\r\n")
    found = _SEPARATORS.match(content)
    if found is None or len(set(found[1] + found[2])) < 5:
        raise UnreadableError(gettext_noop("The message does not begin with MSH and its separators."))
    delimiters = Delimiters(found[1].decode("ascii"), *found[2].decode("ascii"))
    if sum(content.count(bytes([byte])) for byte in found[1] + found[2] + b"\r\n") > MOST_PARTS:
        raise UnreadableError(TOO_MANY_PARTS % {"most": MOST_PARTS})
    codec = codec_of(_charset_named(content, delimiters) or charset)
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        raise DataTypeError(
            gettext_noop("The message is not written in the character set it names."), "MSH^1^18"
        ) from None
    return _apart(text, delimiters, codec, charset, zone)


def header_of(content: bytes) -> Header | None:
    """Return the header of a message that is refused, so that it can be answered; None where there is none to read.

    Read as ASCII, with question marks: the fault may be the character set.
    """
    found = _SEPARATORS.match(content.lstrip(b"\r\n"))
    if found is None or len(set(found[1] + found[2])) < 5:
        return None
    line = re.split(rb"[\r\n]", content.lstrip(b"\r\n")[:MOST_CHARACTERS], maxsplit=1)[0]
    delimiters = Delimiters(found[1].decode("ascii"), *found[2].decode("ascii"))
    try:
        return _apart(
            line.decode("ascii", "replace").replace("\N{REPLACEMENT CHARACTER}", "?"),
            delimiters,
            "ascii",
            "ASCII",
            dt.UTC,
            dated=False,
        ).header
    except DataTypeError:
        return None


def require(header: Header, processing_id: str) -> None:
    """Refuse a message of another version of HL7, or a test message on a live connection (and the other way round)."""
    if _VERSION.fullmatch(header.version) is None:
        raise UnsupportedVersionError(gettext_noop("HL7 version 2 is understood here."), "MSH^1^12")
    if header.processing_id != processing_id:
        raise UnsupportedProcessingError(ANOTHER_PROCESSING % {"wanted": processing_id}, "MSH^1^11")


def _charset_named(content: bytes, delimiters: Delimiters) -> str:
    """The character set in MSH-18, which is written in ASCII whatever it names."""
    line = re.split(rb"[\r\n]", content, maxsplit=1)[0]
    fields = line.split(delimiters.field.encode("ascii"))
    named = fields[17] if len(fields) > 17 else b""
    return named.split(delimiters.repetition.encode("ascii"))[0].decode("ascii", "replace").strip()


def _apart(text: str, delimiters: Delimiters, codec: str, charset: str, zone: dt.tzinfo, *, dated: bool = True) -> Read:
    lines = [line for line in text.replace("\r\n", CR).replace("\n", CR).split(CR) if line.strip()]
    names: dict[str, int] = {}
    segments = []
    for found in hl7.parse(CR.join(lines)):
        name = str(found[0])
        names[name] = names.get(name, 0) + 1
        segments.append(Segment(name, names[name], found, delimiters, codec))
    msh = segments[0]
    return Read(
        Header(
            control_id=msh.code(10),
            type=msh.code(9),
            event=msh.code(9, 2),
            sending_application=msh.code(3) or msh.code(3, 2),
            sending_facility=msh.code(4) or msh.code(4, 2),
            receiving_application=msh.code(5) or msh.code(5, 2),
            receiving_facility=msh.code(6) or msh.code(6, 2),
            processing_id=msh.code(11),
            version=msh.code(12),
            charset=msh.code(18) or charset,
            sent_at=read_time(msh.code(7), msh.place(7), zone) if dated else None,
        ),
        tuple(segments),
    )
