"""The scope of the API that each FHIR resource needs: one table, whatever the name a token has the scope under."""

from __future__ import annotations

from accounts.scopes import AUDIT_READ, CASES_READ, CASES_WRITE, ORDERS_READ, ORDERS_WRITE, PATIENTS_WRITE, REPORTS_READ

WHOLE_REPORT = "DiagnosticReport/$bundle"
TRANSACTION = "Bundle"
MERGE = "Patient/$merge"

SCOPES_OF: dict[str, tuple[str, ...]] = {
    "AuditEvent": (AUDIT_READ,),
    "Binary": (REPORTS_READ,),
    "Device": (REPORTS_READ,),
    "DiagnosticReport": (REPORTS_READ,),
    "Media": (REPORTS_READ,),
    "Observation": (REPORTS_READ,),
    "Organization": (CASES_READ,),
    "Patient": (CASES_READ,),
    "Practitioner": (REPORTS_READ,),
    "Provenance": (REPORTS_READ,),
    "ServiceRequest": (ORDERS_READ,),
    "Specimen": (CASES_READ,),
    "Task": (ORDERS_READ,),
    # Everything at once, so the scopes of everything that is in it.
    WHOLE_REPORT: (REPORTS_READ, CASES_READ, ORDERS_READ),
}
"""To read; all of them are needed."""

WRITING: dict[str, tuple[str, ...]] = {
    # A transaction registers the patient where nobody has.
    TRANSACTION: (ORDERS_WRITE, CASES_WRITE),
    MERGE: (PATIENTS_WRITE,),
    "ServiceRequest": (ORDERS_WRITE,),
}
"""To change something; all of them are needed, and what is not here cannot be changed."""
