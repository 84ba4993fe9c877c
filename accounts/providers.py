"""What people and places ask of the apps above them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hematovision.providers import Provider

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import User


@dataclass(frozen=True, slots=True)
class KeepingDevice:
    """A browser in which a person keeps work that is not sent yet, and the page on which it is revoked."""

    browser: str
    created_at: datetime
    last_used_at: datetime | None
    revoke_address: str


@Provider
def keeping_devices(user: User) -> Sequence[KeepingDevice]:
    """The browsers under whose key `user` keeps work, newest first; answered by `offline`, else none."""
    return ()
