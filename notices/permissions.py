"""Who may be told of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Role
from accounts.models.user import LABORATORY_ROLES

if TYPE_CHECKING:
    from accounts.models import User


def may_follow_orders(user: User) -> bool:
    """Whether `user` may choose to be told of new orders: the people of clinics and laboratories, who see them."""
    return user.organisation is not None and user.role in {Role.UPLOADER, *LABORATORY_ROLES}
