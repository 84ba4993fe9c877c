"""What teaching adds to the page of a signed report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from education.permissions import may_copy

if TYPE_CHECKING:
    from accounts.models import User
    from reports.models import Report


def copy_link(report: Report, user: User) -> str:
    """The address where `user` copies cells of `report`; empty for whoever may not. The page says what else stands against it."""
    return reverse("education:copy", args=[report.pk]) if may_copy(user, report.case) else ""
