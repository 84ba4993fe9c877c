"""Says that an image was not taken, so that refusals can be counted wherever files come in."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from cases.signals import image_refused
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def announce_refusal(receive: Callable[P, R]) -> Callable[P, R]:
    """Have `receive` send `cases.signals.image_refused` with the code of a refusal, and raise it on."""

    @wraps(receive)
    def receive_or_announce(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return receive(*args, **kwargs)
        except DomainError as refusal:
            image_refused.send_robust(sender=receive_or_announce, code=refusal.code)
            raise

    return receive_or_announce
