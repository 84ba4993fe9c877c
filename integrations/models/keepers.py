"""Whose connections, mappings and messages somebody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import OrganisationKind, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Organisation, User


def laboratory_overseen_by(user: User | AnonymousUser) -> Organisation | None:
    """Return the laboratory whose administrator or auditor `user` is; None for anyone else."""
    if not user.is_authenticated or not user.is_active or user.role not in {Role.ADMINISTRATOR, Role.AUDITOR}:
        return None
    place = user.organisation
    return place if place is not None and place.is_active and place.kind == OrganisationKind.LABORATORY else None
