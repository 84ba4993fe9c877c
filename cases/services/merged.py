"""Nothing is done to a record that was merged into another: the one that stands is named instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from hematovision.errors import Conflict

if TYPE_CHECKING:
    from cases.models import Patient

SENTENCE = _("This patient was merged into another: use the record that stands for them now.")


def require_current(patient: Patient) -> None:
    """Raise `Conflict` (code `merged`, `into` in its details) for a patient that was merged into another."""
    if patient.merged_into_id is not None:
        raise Conflict(str(SENTENCE), code="merged", details={"into": str(patient.merged_into_id)})
