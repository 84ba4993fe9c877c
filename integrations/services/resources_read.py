"""The audit trail of answers in FHIR that hold more than the report they were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.services import record
from cases.models import Patient
from cases.services.audit_trail import scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from audit.models import Action
    from cases.models import Case

_IN_THE_REPORT = frozenset({"DiagnosticReport", "Observation", "Provenance"})
"""What the event of the report says already."""
_OF_NO_PATIENT = frozenset({"Device", "Organization", "Practitioner"})
_PATIENT = Patient._meta.label_lower


def record_resources_read(*, actor: User, action: Action, case: Case, resources: Iterable[dict[str, Any]]) -> None:
    """Write what `actor` got beside the report of `case`: one event of the case that names it by kind and id, and one of each patient.

    Each patient has one, because a report may name more than that of its case: the one it was signed for, and whoever
    stands for them now. Whoever asks who saw a patient looks for events of that patient.
    """
    named: dict[str, list[str]] = {}
    for one in resources:
        if one["resourceType"] not in _IN_THE_REPORT | _OF_NO_PATIENT:
            named.setdefault(one["resourceType"], []).append(one["id"])
    if not named:
        return
    scope = scope_of(case)
    record(actor=actor, action=action, target=case, after={"what": "fhir", "resources": named}, **scope)
    for pk in named.get("Patient", ()):
        of_them = {**scope, "patient_id": pk}
        record(actor=actor, action=action, object_type=_PATIENT, object_id=pk, after={"what": "fhir"}, **of_them)
