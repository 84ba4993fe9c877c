"""What becomes of copied cells when a report is signed, a patient restricted or two records merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from django.db import DatabaseError
from django.db.models import Q

from education.services.recall import recall_unsupported

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import PatientMerge, PatientRestriction

log = structlog.get_logger(__name__)


def recall_changed_report(*, report_id: UUID, **_: Any) -> None:
    """Recall what was copied from an earlier version where this one corrects or withdraws it.

    The report is signed by now; if the database hiccups here the hourly pass finds the cells.
    """
    try:
        recall_unsupported(Q(report__case__reports=report_id))
    except DatabaseError:
        log.exception("cells_not_recalled", report_id=str(report_id))


def recall_restricted_patient(*, instance: PatientRestriction, created: bool, **_: Any) -> None:
    """Recall what was copied from the cases of a patient who is restricted now."""
    if created:
        recall_unsupported(Q(report__case__patient=instance.patient_id))


def recall_merged_patient(*, instance: PatientMerge, created: bool, **_: Any) -> None:
    """Recall what was copied from either record where the other one has an objection: they are one person now."""
    if created:
        recall_unsupported(Q(person=instance.into_id))
