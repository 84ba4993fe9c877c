"""The checks of signed reports, of keys that were destroyed and of what a laboratory writes with, among the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.kept_rows import KeptRows
from audit.models import Action, AuditEvent, Outcome
from audit.selectors import missing_records, said_about
from cases.models import Case
from hematovision.chunks import chunks_of, in_chunks
from hematovision.verifications import Finding
from reports.models import CaseMove, KeyDestruction, Report, ReportTemplate
from reports.row_digests import template_digest
from reports.services.report_check import check_reports

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOVE = CaseMove._meta.label_lower
TEMPLATES = KeptRows(ReportTemplate, template_digest)


def check_moves() -> Iterator[Finding]:
    """Every withdrawn case whose images went to another patient's case says so, and no other does."""
    said = AuditEvent.objects.filter(
        object_type=Case._meta.label_lower, action=Action.CORRECT, outcome=Outcome.SUCCESS, after__has_key="moved_to"
    )
    moved = {event.object_id: str(event.after["moved_to"]) for event in in_chunks(said, by=("id",)) if event.after}
    present = {str(row.from_case_id): row for row in in_chunks(CaseMove.objects.all(), by=("pk",))}
    for case in sorted(moved.keys() | present.keys()):
        row = present.get(case)
        if row is None or moved.get(case) != str(row.to_case_id):
            yield Finding(_MOVE, case, "Where the images of this case went is not what the audit trail says.")


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
