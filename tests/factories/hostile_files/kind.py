"""One kind of hostile file, and the list of all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED = "accepted"
EITHER = "either"


@dataclass(frozen=True)
class HostileKind:
    """`outcome` is the code of the refusal, `ACCEPTED` or `EITHER`; `make` returns the bytes."""

    name: str
    outcome: str
    make: Callable[[], bytes]


KINDS: list[HostileKind] = []


def hostile(outcome: str):
    """Add the decorated function to `KINDS`, with what becomes of its file."""

    def add(make: Callable[[], bytes]) -> Callable[[], bytes]:
        KINDS.append(HostileKind(make.__name__, outcome, cache(make)))
        return make

    return add
