"""The scopes of the REST API and what each role may do in a session."""

from accounts.models.user import Role

CASES_READ = "cases:read"
CASES_WRITE = "cases:write"
IMAGES_WRITE = "images:write"
PATIENTS_WRITE = "patients:write"
PREDICTIONS_READ = "predictions:read"
REPORTS_READ = "reports:read"
ORDERS_READ = "orders:read"
ORDERS_WRITE = "orders:write"

SCOPES = {
    CASES_READ: "Read patients, cases and images of the organisation",
    CASES_WRITE: "Create patients and cases, and submit cases",
    IMAGES_WRITE: "Send smear images to a case",
    PATIENTS_WRITE: "Correct patients, give them numbers, and merge two records of one person",
    PREDICTIONS_READ: "Read the model's cells and predictions before sign-out",
    REPORTS_READ: "Read reports",
    ORDERS_READ: "Read orders",
    ORDERS_WRITE: "Place, change and cancel orders",
}

_READING: frozenset[str] = frozenset({CASES_READ, PREDICTIONS_READ, REPORTS_READ, ORDERS_READ})

SCOPES_OF_ROLE: dict[str, frozenset[str]] = {
    Role.UPLOADER: frozenset(
        {CASES_READ, CASES_WRITE, IMAGES_WRITE, PATIENTS_WRITE, REPORTS_READ, ORDERS_READ, ORDERS_WRITE}
    ),
    Role.PATHOLOGIST: _READING,
    Role.ADMINISTRATOR: _READING,
    Role.AUDITOR: _READING,
    Role.STUDENT: frozenset(),
    # A service account does nothing without a token: its scopes come from there alone.
    Role.SERVICE: frozenset(),
}
