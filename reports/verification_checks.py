"""The check of signed reports, and of the keys that were destroyed, among the other verifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.models import Action
from audit.selectors import missing_records, said_about
from hematovision.chunks import chunks_of, in_chunks
from hematovision.verifications import Finding
from reports.models import KeyDestruction, Report
from reports.services.report_check import check_reports

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_signed_reports() -> Iterator[Finding]:
    """Every signed version is there as it was signed, with its PDF and its images."""
    for sentence in check_reports().faults:
        yield Finding(Report._meta.label_lower, "", sentence)


def check_destroyed_keys() -> Iterator[Finding]:
    """Every key that is recorded as destroyed is gone, by a decision that the audit trail knows."""
    kind = KeyDestruction._meta.label_lower
    for pk in missing_records(KeyDestruction, action=Action.DELETE):
        yield Finding(kind, pk, "It was written, the audit trail says, and is no longer in the record.")
    for rows in chunks_of(KeyDestruction.objects.select_related("report__key"), by=("pk",)):
        said = said_about(kind, [str(row.pk) for row in rows])
        for row in rows:
            if str(row.pk) not in said:
                yield Finding(kind, str(row.pk), "The audit trail does not know it.")
            if row.report.key.wrapped:
                yield Finding(kind, str(row.pk), "The key was destroyed, the record says, and is still there.")
    left = Report.objects.filter(case__patient__pseudonymisation__isnull=False, key_destruction__isnull=True)
    for report in in_chunks(left.only("pk"), by=("pk",)):
        yield Finding(
            Report._meta.label_lower, str(report.pk), "Its patient was pseudonymised, and its key was not destroyed."
        )
