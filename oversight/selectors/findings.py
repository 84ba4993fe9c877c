"""Whose record a finding of a verification is about, and what of it a laboratory may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ValidationError

from accounts.models import ApiClient, Invitation, Organisation, User
from audit.models import AuditEvent
from calibration.models import CalibrationLabel
from cases.models import Case, Patient
from inbox.models import CriticalLimits
from microscopes.models import Microscope
from oversight.selectors.records import PATH_TO_CASE
from reports.models import ReportTemplate

if TYPE_CHECKING:
    from uuid import UUID

    from hematovision.verifications import Finding
    from oversight.models import VerificationResult

_OF_ONE_LABORATORY = frozenset(
    {
        model._meta.label_lower
        for model in (
            ApiClient,
            CalibrationLabel,
            Case,
            CriticalLimits,
            Invitation,
            Microscope,
            Organisation,
            Patient,
            ReportTemplate,
            User,
        )
    }
    | PATH_TO_CASE.keys()
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found: the findings that a laboratory may read, and how many it may not."""

    name: str
    named: list[dict[str, str]]
    others: int

    @property
    def number(self) -> int:
        """How many findings there are, of whichever laboratory."""
        return len(self.named) + self.others


def laboratory_of(finding: Finding) -> str:
    """The id of the laboratory whose record it is; empty for what belongs to the whole installation, or to nobody known.

    The audit trail is asked first: the row itself may be what was changed, or gone.
    """
    if finding.kind not in _OF_ONE_LABORATORY or not finding.object_id:
        return ""
    events = AuditEvent.objects.filter(
        object_type=finding.kind, object_id=finding.object_id, laboratory_id__isnull=False
    )
    found: Any = events.order_by("id").values_list("laboratory_id", flat=True).first()
    path = PATH_TO_CASE.get(finding.kind)
    if found is None and path is not None:
        rows: Any = apps.get_model(finding.kind)._default_manager.all()
        try:
            found = rows.filter(pk=finding.object_id).values_list(f"{path}__laboratory", flat=True).first()
        except (ValidationError, ValueError):
            # A primary key that was written by hand is none.
            return ""
    return "" if found is None else str(found)


def found_for(result: VerificationResult, laboratory_id: UUID | None) -> list[Found]:
    """What a result says to a laboratory, a line for each check in the order in which they ran."""
    lines = []
    for name, findings in result.found.items():
        named = [finding for finding in findings if laboratory_id and finding["laboratory"] == str(laboratory_id)]
        lines.append(Found(name, named, len(findings) - len(named)))
    return lines
