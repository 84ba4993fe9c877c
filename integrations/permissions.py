"""Who connects a laboratory to other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind, Role
from hematovision.errors import NotFound, PermissionRefused

if TYPE_CHECKING:
    from accounts.models import Organisation, User

NOT_AN_ADMINISTRATOR = _("Connections are kept by the administrators of a laboratory.")


def may_connect(user: Any) -> bool:
    """Whether `user` keeps the connections and mappings of their laboratory: an administrator of it, in person."""
    return (
        getattr(user, "is_authenticated", False)
        and user.is_active
        and user.role == Role.ADMINISTRATOR
        and user.token_scopes is None
        and user.organisation is not None
        and user.organisation.is_active
        and user.organisation.kind == OrganisationKind.LABORATORY
    )


def must_connect(*, actor: User, laboratory: Organisation) -> None:
    """Refuse whoever does not keep the connections of `laboratory`; raises `PermissionRefused`, `NotFound` for a foreign one."""
    if not may_connect(actor):
        raise PermissionRefused(str(NOT_AN_ADMINISTRATOR))
    if actor.organisation_id != laboratory.pk:
        raise NotFound
