"""Who oversees a laboratory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Role, User

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


def overseers_of(laboratory_id: UUID) -> QuerySet[User]:
    """Return the administrators and auditors of a laboratory who can sign in."""
    return User.objects.filter(organisation=laboratory_id, role__in=[Role.ADMINISTRATOR, Role.AUDITOR], is_active=True)


def administrators_of(laboratory_id: UUID) -> QuerySet[User]:
    """Return the administrators of a laboratory who can sign in."""
    return overseers_of(laboratory_id).filter(role=Role.ADMINISTRATOR)
