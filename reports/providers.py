"""What the reports ask of the apps above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from hematovision.providers import Provider

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case
    from reports.models import Report


@Provider
def receivers_panel(case: Case, user: User) -> SafeString:
    """Who received which version of the report of `case`, as HTML for `user`; answered by `inbox`, else nothing."""
    return SafeString("")


@Provider
def teaching_link(report: Report, user: User) -> str:
    """The address where `user` copies cells of `report` to what is taught; answered by `education`, else empty."""
    return ""


@Provider
def other_document(value: str) -> str:
    """Where a document that is no report is checked, by its SHA-256; answered by `education`, else empty."""
    return ""
