"""What a receiver calls things: result codes by class and quantity, units, and what else stands in a table of its own.

Codes are looked up and never guessed: what is not in the table holds the message back.
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from integrations.codes import EQUAL_UNITS, RESULTS, UCUM, UNITS, Coded
from integrations.hl7.faults import MissingCodeError
from integrations.said import gettext_noop

ANOTHER_UNIT = gettext_noop("%(quantity)s is sent in one of %(units)s, not in %(written)s.")


@dataclass(frozen=True, slots=True)
class ResultCode:
    """What one result is called: the code, the receiver's own beside it, and the unit; empty for texts and documents."""

    code: Coded
    local: Coded | None = None
    unit: Coded | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """The table of one receiver. `results` by (class, quantity); `signers` by the id of the person who signed."""

    results: Table[tuple[str, str], ResultCode]
    signers: Table[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a unit under which the number would say something else: values are not converted."""
        for (_cell_class, quantity), result in self.results.items():
            equal = EQUAL_UNITS.get(quantity)
            if equal is not None and (result.unit is None or result.unit.code not in equal):
                written = "no unit" if result.unit is None else result.unit.code
                raise ValueError(
                    ANOTHER_UNIT % {"quantity": quantity, "units": ", ".join(sorted(equal)), "written": written}
                )

    def result(self, cell_class: str, quantity: str) -> ResultCode:
        """Return what a result is called; raises `MissingCodeError`."""
        try:
            return self.results[cell_class, quantity]
        except KeyError:
            raise MissingCodeError(cell_class, quantity) from None


def default_mapping() -> Mapping:
    """Return the table every receiver starts from: LOINC and UCUM."""
    return Mapping(
        {
            (cell_class, quantity): ResultCode(code, unit=_unit(quantity))
            for (cell_class, quantity), code in RESULTS.items()
        }
    )


def _unit(quantity: str) -> Coded | None:
    return Coded(UNITS[quantity], "", UCUM) if quantity in UNITS else None
