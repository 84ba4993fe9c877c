"""The scopes of the REST API and what each role may do in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models.user import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

CASES_READ = "cases:read"
CASES_WRITE = "cases:write"
IMAGES_WRITE = "images:write"
PATIENTS_WRITE = "patients:write"
PREDICTIONS_READ = "predictions:read"
REPORTS_READ = "reports:read"
ORDERS_READ = "orders:read"
ORDERS_WRITE = "orders:write"
AUDIT_READ = "audit:read"
TRY_WRITE = "try:write"

SCOPES = {
    CASES_READ: "Read patients, cases and images of the organisation",  # not translated
    CASES_WRITE: "Create patients and cases, and submit cases",  # not translated
    IMAGES_WRITE: "Send smear images to a case",  # not translated
    PATIENTS_WRITE: "Correct patients, give them numbers, and merge two records of one person",  # not translated
    PREDICTIONS_READ: "Read the model's cells and predictions before sign-out",  # not translated
    REPORTS_READ: "Read reports",
    ORDERS_READ: "Read orders",
    ORDERS_WRITE: "Place, change and cancel orders",
    AUDIT_READ: "Read the audit trail of the laboratory, for its auditors; a clinic's client sees none",
    TRY_WRITE: "Try pictures that are no part of any record, and read what the model says of them",  # not translated
}

# What a SMART client asks for stands for scopes of its own: what opens a resource is decided in one place.
SMART_SCOPES = {
    "system/Patient.rs": CASES_READ,
    "system/Specimen.rs": CASES_READ,
    "system/DiagnosticReport.rs": REPORTS_READ,
    "system/Media.rs": REPORTS_READ,
    "system/Observation.rs": REPORTS_READ,
    "system/Provenance.rs": REPORTS_READ,
    "system/ServiceRequest.rs": ORDERS_READ,
    "system/Task.rs": ORDERS_READ,
    "system/AuditEvent.rs": AUDIT_READ,
}

_READING: frozenset[str] = frozenset({CASES_READ, PREDICTIONS_READ, REPORTS_READ, ORDERS_READ, TRY_WRITE})

SCOPES_OF_ROLE: dict[str, frozenset[str]] = {
    Role.UPLOADER: frozenset(
        {CASES_READ, CASES_WRITE, IMAGES_WRITE, PATIENTS_WRITE, REPORTS_READ, ORDERS_READ, ORDERS_WRITE, TRY_WRITE}
    ),
    Role.PATHOLOGIST: _READING,
    Role.ADMINISTRATOR: _READING,
    Role.AUDITOR: _READING,
    Role.STUDENT: frozenset({TRY_WRITE}),
    # A service account does nothing without a token: its scopes come from there alone.
    Role.SERVICE: frozenset(),
}


def opened_by(asked: Iterable[str]) -> list[str]:
    """The scopes of the REST API that a token request asks for: those of SMART translated, unknown ones as they are."""
    return list(dict.fromkeys(SMART_SCOPES.get(scope, scope) for scope in asked))
