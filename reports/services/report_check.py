"""Are the signed reports still what was signed, and all there? Every version, its files, and what the audit trail keeps of them.

A version looks whole by itself when it is the last one and the one after it was removed, or when all of it was made
anew. The audit trail holds the digest of every signature, so that both show; the audit trail itself is verified by `verify_audit`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from audit.models import Action, AuditEvent, Outcome
from audit.services import record
from audit.triggers import missing_triggers
from hematovision.chunks import in_chunks
from hematovision.languages import in_language
from reports.checks import TABLES
from reports.models import Report
from reports.verification import verify_report

if TYPE_CHECKING:
    from collections.abc import Iterator

_OBJECT_TYPE = Report._meta.label_lower
_CHUNK = 50


@dataclass(slots=True)
class ReportCheck:
    """How many versions were checked, and what is wrong, a sentence each that names ids and no patient."""

    reports: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether every report is there as it was signed."""
        return not self.faults


def verify_reports() -> ReportCheck:
    """Check every version with every file; the verdict is an event of the system."""
    found = check_reports()
    record(
        actor=None,
        action=Action.VERIFY,
        object_type=_OBJECT_TYPE,
        outcome=Outcome.SUCCESS if found.intact else Outcome.FAILURE,
        reason=found.faults[0] if found.faults else "",
        after={"reports": found.reports, "faults": len(found.faults)},
    )
    return found


def check_reports() -> ReportCheck:
    """Check every version with every file, and that none is missing."""
    found = ReportCheck()
    # The record is in English, whoever asks.
    with in_language("en"):
        found.faults.extend(_faults(found))
    return found


def _faults(found: ReportCheck) -> Iterator[str]:
    for table in TABLES:
        missing = missing_triggers(connection, table)
        if missing:
            yield f"The database no longer refuses changes: {', '.join(missing)} missing."  # not translated
    signed = _signed()
    rows = Report.objects.select_related("key", "previous")
    for report in in_chunks(rows, by=("created_at", "id"), size=_CHUNK):
        found.reports += 1
        where = f"Report {report.pk}, version {report.version}"  # not translated
        for fault in verify_report(report, thorough=True).faults:
            yield f"{where}: {fault}"
        known = signed.pop(str(report.pk), None)
        if known is None:
            yield f"{where}: its signing has no event in the audit trail."
        elif known != report.digest:
            yield f"{where}: the audit trail saw another one signed."
    for pk in signed:
        yield f"Report {pk} was signed, the audit trail says, and is no longer in the record."  # not translated


def _signed() -> dict[str, Any]:
    """Return the digest that the first event of each signing keeps: a later one cannot stand in for it."""
    rows = AuditEvent.objects.filter(object_type=_OBJECT_TYPE, action=Action.SIGN, outcome=Outcome.SUCCESS)
    return {
        object_id: after.get("digest")
        for object_id, after in rows.order_by("-id").values_list("object_id", "after")
        if isinstance(after, dict)
    }
