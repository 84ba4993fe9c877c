"""Whether a case may be submitted with fields of poor quality: its laboratory allows it, asks or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import PoorFields
from cases.providers import poor_fields
from hematovision.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from cases.models import Case

_REFUSED = gettext_lazy(
    "%(laboratory)s takes no fields of poor quality: %(fields)s. Retake them or take them out, then submit the case."
)
_ASKED = gettext_lazy(
    "The quality is poor: %(fields)s. Retake them or take them out, or say that you have seen it and submit all the same."
)


def require_seen(case: Case, seen: Collection[UUID]) -> str:
    """Return what the step of the submission says of poor fields, empty for none; `seen` are those the person was shown.

    Fields that nobody analysed yet hold nothing up. Raises `Conflict` (code `poor_fields`, with their ids in `images`).
    """
    rule = PoorFields(case.laboratory.poor_fields)
    found = poor_fields(case) if rule != PoorFields.ALLOW else ()
    if not found:
        return ""
    if rule == PoorFields.REFUSE or not {field.image for field in found} <= set(seen):
        words = _REFUSED if rule == PoorFields.REFUSE else _ASKED
        named = ", ".join(_("field %(number)s") % {"number": field.ordinal} for field in found)
        raise Conflict(
            str(words) % {"laboratory": case.laboratory.name, "fields": named},
            code="poor_fields",
            details={"images": [str(field.image) for field in found], "rule": str(rule)},
        )
    kept = ", ".join(f"field {field.ordinal}" for field in found)
    return f"Submitted although the quality is poor: {kept}."  # not translated here: cases.words
