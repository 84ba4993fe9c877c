"""A message as a person reads it: its segments and fields with their names, and what is other in the one before.

Nothing is refused and nothing is understood: what was refused because it is no good message is shown in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.hl7.names import field_name, segment_name
from integrations.hl7.text import CHARSETS

_HEAD = re.compile(rb"MSH([!-/:-@\[-`{-~])")
_MOST_SEGMENTS = 2_000
_MOST_LETTERS = 400
_CHARSET = 18


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One field that says something. `number` is that of HL7: MSH-1 is the separator itself."""

    number: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SegmentShown:
    """One segment. `place` counts those of its name from 1; `identity` finds it again in another version of the message."""

    code: str
    place: int
    name: str
    fields: Sequence[FieldShown]
    identity: str

    def value(self, number: int) -> str:
        """Return a field by its number; empty where it is not there."""
        return next((field.value for field in self.fields if field.number == number), "")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that says something else than in the version before."""

    segment: str
    what: str
    number: int
    name: str
    was: str
    now: str


def text_of(content: bytes) -> str:
    """Return the bytes as letters, in the character set they name; what is not of it becomes a question mark."""
    found = _HEAD.match(content.lstrip(b"\r\n"))
    codec = "utf-8"
    if found is not None:
        fields = re.split(rb"[\r\n]", content.lstrip(b"\r\n"), maxsplit=1)[0].split(found[1])
        named = fields[_CHARSET - 1].decode("ascii", "replace") if len(fields) >= _CHARSET else ""
        codec = CHARSETS.get(named.strip(), "latin-1") if named.strip() else codec
    return content.decode(codec, "replace")


def segments_of(content: bytes) -> list[SegmentShown]:
    """Return the segments of a message; none where it does not begin like one."""
    found = _HEAD.match(content.lstrip(b"\r\n"))
    if found is None:
        return []
    separator = found[1].decode("ascii")
    counted: dict[str, int] = {}
    shown: list[SegmentShown] = []
    for line in re.split(r"[\r\n]+", text_of(content))[:_MOST_SEGMENTS]:
        if not line.strip():
            continue
        code, *values = line.split(separator)
        counted[code] = counted.get(code, 0) + 1
        if code == "MSH":
            values = [separator, *values]
        fields = [
            FieldShown(number, field_name(code, number), _short(value))
            for number, value in enumerate(values, start=1)
            if value
        ]
        identity = _identity(code, values, counted[code], shown)
        shown.append(SegmentShown(code, counted[code], segment_name(code), fields, identity))
    return shown


def changes(older: Sequence[SegmentShown], newer: Sequence[SegmentShown]) -> list[Change]:
    """Return field by field what `newer` says otherwise than `older`; the order and numbering of segments say nothing."""
    was = {segment.identity: segment for segment in older}
    now = {segment.identity: segment for segment in newer}
    found = []
    for identity in [*now, *(gone for gone in was if gone not in now)]:
        before, after = was.get(identity), now.get(identity)
        told = after or before
        if told is None:
            continue
        numbers = {field.number for segment in (before, after) if segment for field in segment.fields}
        for number in sorted(numbers):
            old, new = (segment.value(number) if segment else "" for segment in (before, after))
            if old != new and not (number == 1 and told.code != "ORC"):
                found.append(Change(told.code, _what(told), number, field_name(told.code, number), old, new))
    return found


def _identity(code: str, values: Sequence[str], place: int, before: Sequence[SegmentShown]) -> str:
    """A result is found by its code, a note by what it stands under, everything else by its place."""
    if code == "OBX":
        return f"OBX {'|'.join(values[2:4])}"
    if code == "NTE" and before:
        over = next((segment for segment in reversed(before) if segment.code != "NTE"), before[0])
        under = sum(segment.identity.startswith(f"NTE of {over.identity}") for segment in before)  # not translated
        return f"NTE of {over.identity} {under}"  # not translated
    return f"{code} {place}"


def _what(segment: SegmentShown) -> str:
    """What a result or note is about, in the words of the message."""
    return segment.value(3).split("^")[1] if segment.code == "OBX" and "^" in segment.value(3) else segment.name


def _short(value: str) -> str:
    return value if len(value) <= _MOST_LETTERS else f"{value[:_MOST_LETTERS]}… ({len(value)} letters)"
