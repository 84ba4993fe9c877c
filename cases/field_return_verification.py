"""Whether fields that were sent back are what was written."""

from __future__ import annotations

from audit.kept_rows import KeptRows
from cases.identifiers import is_under_present_key, keyed_fingerprint
from cases.models import FieldReturn


def field_return_digest(returned: FieldReturn) -> str:
    """The keyed fingerprint of a field that was sent back: among what is said of it are free words."""
    return keyed_fingerprint(
        [
            (
                returned.pk,
                returned.image_id,
                returned.reason,
                returned.words,
                returned.cells,
                returned.by_id,
                returned.at,
                returned.outcome,
                returned.replacement_id,
                returned.ended_by_id,
                returned.ended_at,
            )
        ]
    )


FIELD_RETURNS = KeptRows(FieldReturn, field_return_digest, comparable=is_under_present_key, known=True)
