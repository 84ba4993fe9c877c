"""Whether a case may be submitted with fields of poor quality: its laboratory allows it, asks or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import PoorFields
from cases.providers import poor_fields
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from cases.models import Case

_REFUSED = "{laboratory} takes no fields of poor quality: {fields}. Retake them or take them out, then submit the case."
_ASKED = (
    "The quality is poor: {fields}. Retake them or take them out, or say that you have seen it and submit all the same."
)


def require_seen(case: Case, seen: Collection[UUID]) -> str:
    """Return what the step of the submission says of poor fields, empty for none; `seen` are those the person was shown.

    Fields that nobody analysed yet hold nothing up. Raises `Conflict` (code `poor_fields`, with their ids in `images`).
    """
    rule = PoorFields(case.laboratory.poor_fields)
    found = poor_fields(case) if rule != PoorFields.ALLOW else ()
    if not found:
        return ""
    named = ", ".join(f"field {field.ordinal}" for field in found)
    if rule == PoorFields.REFUSE or not {field.image for field in found} <= set(seen):
        words = _REFUSED if rule == PoorFields.REFUSE else _ASKED
        raise Conflict(
            words.format(laboratory=case.laboratory.name, fields=named),
            code="poor_fields",
            details={"images": [str(field.image) for field in found], "rule": str(rule)},
        )
    return f"Submitted although the quality is poor: {named}."
