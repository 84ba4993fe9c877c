"""Who may train a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Role
from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from accounts.models import User


def require_trainer(actor: User | None) -> None:
    """Let administrators and the command line (None) pass; raises PermissionRefused for everybody else."""
    if actor is None or (actor.is_active and (actor.is_superuser or actor.role == Role.ADMINISTRATOR)):
        return
    raise PermissionRefused("Only administrators train models.")  # not translated
