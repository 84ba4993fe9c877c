"""The correction of a patient's identifiers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import CorrectionReason, Patient
from workbench.forms.patient import PatientForm


class CorrectionForm(PatientForm):
    """Identifiers as they should stand, and why; the service checks what it means."""

    mrn = forms.CharField(
        max_length=64,
        label=_("Medical record number (MRN)"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(
        choices=[("", _("Choose a reason")), *CorrectionReason.choices],
        label=_("Why is it corrected?"),
        help_text=_("The audit trail keeps the reason and the names of the fields, not what stands in them."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for another reason. Kept encrypted with the former identifiers."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    field_order = ("mrn", "family_name", "given_name", "birth_date", "sex", "reason", "note")

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        kwargs["initial"] = {
            **{name: getattr(patient, name) for name in ("mrn", "family_name", "given_name", "sex")},
            "birth_date": patient.born,
            "seen": patient.former_identities.count(),
        }
        super().__init__(*args, **kwargs)

    def see_again(self, patient: Patient) -> None:
        """Send the number of corrections as it is now, with what was typed."""
        self.data = {**dict(self.data.items()), "seen": str(patient.former_identities.count())}
