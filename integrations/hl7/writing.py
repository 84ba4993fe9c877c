"""Segments and fields, written. Texts are escaped here and nowhere else."""

from __future__ import annotations

from integrations.codes import Coded
from integrations.hl7.text import CR, STANDARD, escape


class Written(str):
    """Text that is ready to stand in a field: separators in it separate."""

    __slots__ = ()


EMPTY = Written("")


def plain(value: str) -> Written:
    """Return one value, escaped; one that is written already stays."""
    return value if isinstance(value, Written) else Written(escape(value))


def components(*values: str) -> Written:
    """Return values as the components of one field, without empty ones at the end."""
    return Written(STANDARD.component.join(plain(value) for value in values).rstrip(STANDARD.component))


def subcomponents(*values: str) -> Written:
    """Return values as the subcomponents of one component."""
    return Written(STANDARD.subcomponent.join(plain(value) for value in values).rstrip(STANDARD.subcomponent))


def repeated(*values: str) -> Written:
    """Return values as the repetitions of one field."""
    return Written(STANDARD.repetition.join(plain(value) for value in values))


def coded(code: Coded, local: Coded | None = None) -> Written:
    """Return a code as CE, with the receiver's own beside it."""
    other = (local.code, local.text, local.system) if local is not None else ()
    return components(code.code, code.text, code.system, *other)


def segment(name: str, fields: dict[int, str]) -> str:
    """Return a segment with the fields at their numbers, without empty ones at the end."""
    last = max((number for number, value in fields.items() if value), default=0)
    values = [plain(fields.get(number, "")) for number in range(1, last + 1)]
    return STANDARD.field.join([name, *values])


def header(fields: dict[int, str]) -> str:
    """Return MSH, whose first field is the separator itself; `fields` from MSH-3 on."""
    rest = segment("", {number - 2: value for number, value in fields.items()})
    return f"MSH{STANDARD.field}{STANDARD.header}{rest}"


def message(*segments: str) -> str:
    """Return the message: each segment ends with a carriage return, the last one too."""
    return "".join(part + CR for part in segments)
