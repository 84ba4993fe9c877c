"""Who acknowledges a report, and who decides what is critical."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Organisation, OrganisationKind, Role
from cases.permissions import may_write_cases

if TYPE_CHECKING:
    from accounts.models import User
    from inbox.models import Delivery


def may_receive(user: User) -> bool:
    """Whether `user` is one of those who receive reports for the organisation they work at.

    At a clinic its uploaders. What a laboratory enters itself comes back to those of its people who enter cases.
    """
    if not user.is_active or user.token_scopes is not None or user.organisation is None:
        return False
    if user.organisation.kind == OrganisationKind.LABORATORY:
        return user.role != Role.SERVICE and may_write_cases(user)
    return user.role == Role.UPLOADER


def may_acknowledge(user: User, delivery: Delivery) -> bool:
    """Whether `user` may acknowledge `delivery` for the organisation it was sent to."""
    return may_receive(user) and user.organisation_id == delivery.organisation_id


def sees_sent_reports(user: User) -> bool:
    """Whether `user` reviews or oversees smears, and so sees what was sent instead of what was received."""
    return may_read_limits(user)


def may_set_limits(user: User, laboratory: Organisation | None) -> bool:
    """Whether `user` decides what is critical in the reports of `laboratory`."""
    return (
        laboratory is not None
        and user.is_active
        and user.token_scopes is None
        and user.role == Role.ADMINISTRATOR
        and user.organisation_id == laboratory.pk
    )


def may_read_limits(user: User) -> bool:
    """Whether `user` may read what their laboratory calls critical."""
    return (
        user.is_active
        and user.organisation is not None
        and user.organisation.kind == OrganisationKind.LABORATORY
        and user.role in {Role.ADMINISTRATOR, Role.PATHOLOGIST, Role.AUDITOR}
    )
