"""The check of signed reports among the other verifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hematovision.verifications import Finding
from reports.models import Report
from reports.services.report_check import check_reports

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_signed_reports() -> Iterator[Finding]:
    """Every signed version is there as it was signed, with its PDF and its images."""
    for sentence in check_reports().faults:
        yield Finding(Report._meta.label_lower, "", sentence)
