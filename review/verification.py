"""Whether amendments are what was written."""

from __future__ import annotations

from audit.kept_rows import KeptRows
from cases.identifiers import is_under_present_key, keyed_fingerprint
from review.models import Amendment


def amendment_digest(amendment: Amendment) -> str:
    """The keyed fingerprint of an amendment: among the details that it puts back is free text about a person."""
    return keyed_fingerprint(
        [
            (
                amendment.pk,
                amendment.case_id,
                amendment.kind,
                amendment.reason_code,
                amendment.reason,
                amendment.since_number,
                amendment.details,
                amendment.opened_by_id,
                amendment.opened_at,
                amendment.settled_by_id,
                amendment.settled_at,
                amendment.outcome,
            )
        ]
    )


AMENDMENTS = KeptRows(Amendment, amendment_digest, comparable=is_under_present_key, known=True)
