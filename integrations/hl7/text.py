"""Characters, escape sequences, dates and times of HL7 v2.

Escaping is our own: the library writes characters outside ASCII as numbers that no receiver agrees on, repeats a line break
as often as the message says, and logs the text of fields that it cannot read.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from cases.partial_date import PartialDate, Precision
from integrations.hl7.faults import DataTypeError, UnknownValueError, UnsendableTextError
from integrations.said import gettext_noop

UTF_8 = "UNICODE UTF-8"
CHARSETS = {
    "ASCII": "ascii",
    **{f"8859/{part}": f"iso8859-{part}" for part in (*range(1, 10), 15)},
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
}
"""HL7 table 0211 as far as it is understood, with the codec of each; the last is what some senders write."""
CR = "\r"
LACKS_A_CHARACTER = gettext_noop(
    "The character set %(charset)s of the connection lacks a character in %(places)s. Set it to %(better)s, if the receiver can."
)

_HEX = re.compile(r"X((?:[0-9A-Fa-f]{2}){1,1000})")
_BREAK = re.compile(r"\.(?:br|sp|ce)(?:\+?\d{0,4})?")
_SPACES = re.compile(r"\.(?:in|ti|sk)[+-]?\d{0,4}")
_TIME = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d{2})(?:(?P<day>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})"
    r"(?:(?P<second>\d{2})(?:\.(?P<fraction>\d{1,4}))?)?)?)?)?(?P<zone>[+-]\d{4})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The separators of a message, as its MSH-1 and MSH-2 name them."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @property
    def header(self) -> str:
        """MSH-2."""
        return self.component + self.repetition + self.escape + self.subcomponent

    @property
    def names(self) -> dict[str, str]:
        """The letter of each separator in an escape sequence."""
        return {
            "F": self.field,
            "S": self.component,
            "T": self.subcomponent,
            "R": self.repetition,
            "E": self.escape,
        }


STANDARD = Delimiters()
_ESCAPED = str.maketrans(
    {chr(code): f"\\X{code:02X}\\" for code in (*range(0x20), 0x7F)}
    | {"\n": "\\.br\\"}
    | {character: f"\\{letter}\\" for letter, character in STANDARD.names.items()}
)


def escape(text: str) -> str:
    """Return `text` as it stands in a field: separators escaped, line breaks as `.br`, other control characters as hex."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_ESCAPED)


def unescape(text: str, delimiters: Delimiters = STANDARD, codec: str = "utf-8") -> str:
    """Return what `escape` was given. Highlighting is dropped, an unknown sequence stays as it is: nothing vanishes."""
    if delimiters.escape not in text:
        return text
    parts = text.split(delimiters.escape)
    if len(parts) % 2 == 0:  # one escape character without its end is a character like others
        parts[-2:] = [parts[-2] + delimiters.escape + parts[-1]]
    names = delimiters.names
    return "".join(
        part if place % 2 == 0 else _unescaped(part, names, delimiters.escape, codec)
        for place, part in enumerate(parts)
    )


def _unescaped(sequence: str, names: dict[str, str], escape_character: str, codec: str) -> str:
    if sequence in names:
        return names[sequence]
    if sequence in {"H", "N", ".fi", ".nf"}:
        return ""
    if _BREAK.fullmatch(sequence):
        return "\n"
    if _SPACES.fullmatch(sequence):
        return " "
    found = _HEX.fullmatch(sequence)
    if found is not None:
        try:
            return bytes.fromhex(found[1]).decode(codec)
        except UnicodeDecodeError:
            pass  # not a character of this set: shown as it came
    return f"{escape_character}{sequence}{escape_character}"


def codec_of(charset: str, place: str = "MSH^1^18") -> str:
    """Return Python's codec for a name of HL7 table 0211; raises `UnknownValueError`."""
    try:
        return CHARSETS[charset]
    except KeyError:
        raise UnknownValueError(gettext_noop("The character set in MSH-18 is not understood."), place) from None


def encode(message: str, charset: str) -> bytes:
    """Return the bytes of a message; raises `UnsendableTextError` and names the segments where a character is missing."""
    codec = codec_of(charset)
    try:
        return message.encode(codec)
    except UnicodeEncodeError:
        places = sorted({line[:3] for line in message.split(CR) if not _can_be_written(line, codec)})
        raise UnsendableTextError(
            LACKS_A_CHARACTER % {"charset": charset, "places": ", ".join(places), "better": UTF_8}
        ) from None


def _can_be_written(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def time_of(moment: dt.datetime, zone: dt.tzinfo = dt.UTC) -> str:
    """Return a moment to the second with its zone, as the clock shows it in `zone`."""
    return moment.astimezone(zone).strftime("%Y%m%d%H%M%S%z")


def read_time(text: str, place: str, zone: dt.tzinfo) -> dt.datetime | None:
    """Return the moment in `text`, None for nothing. Where it names no zone it is of `zone`, that of the sender.

    Raises `DataTypeError` where it is no time, or is not known to the day.
    """
    if not text:
        return None
    found = _TIME.fullmatch(text)
    if found is None or found["day"] is None:
        raise DataTypeError(gettext_noop("This is no date and time (YYYYMMDDHHMM[SS][+ZZZZ])."), place)
    offset = found["zone"]
    try:
        moment = dt.datetime(
            int(found["year"]),
            int(found["month"]),
            int(found["day"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            tzinfo=zone if offset is None else dt.datetime.strptime(offset, "%z").tzinfo,
        )
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise DataTypeError(gettext_noop("There is no such date or time."), place) from None


def read_birth_date(text: str, place: str) -> PartialDate:
    """Return a birth date as far as it is known: 1961, 196103 or 19610305, with or without a time of day."""
    if not text:
        return PartialDate()
    found = _TIME.fullmatch(text)
    if found is None:
        raise DataTypeError(gettext_noop("This is no date (YYYY[MM[DD]])."), place)
    try:
        return PartialDate.parse("-".join(part for part in (found["year"], found["month"], found["day"]) if part))
    except ValueError:
        raise DataTypeError(gettext_noop("There is no such date."), place) from None


def birth_date_text(written: str) -> str:
    """Return a birth date of a report (1961-03-05, 1961-03, 1961, empty) with the precision of HL7."""
    born = PartialDate.parse(written)
    if born.precision == Precision.UNKNOWN:
        return ""
    return written.replace("-", "")
