"""What the listener counts since it started."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Messages answered, and those not answered because of a fault here; connections turned away, and closed for what they sent."""

    answered: int = 0
    unanswered: int = 0
    turned_away: int = 0
    unreadable: int = 0
