"""What became of a message that came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cases.models import Order, Patient
    from integrations.hl7.ack import OrderAnswer
    from integrations.hl7.incoming import Person


@dataclass(frozen=True, slots=True)
class Taken:
    """Whom and what a message was about. `is_held`: nothing is written before a person answers what `sentence` asks.

    Of a message that was carried out, `sentence` says what a person should know of it; empty for nothing. `answers` and `person` are those of orders.
    """

    is_held: bool = False
    sentence: str = ""
    patient: Patient | None = None
    order: Order | None = None
    answers: tuple[OrderAnswer, ...] = ()
    person: Person | None = None
