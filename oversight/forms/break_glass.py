"""What is asked of somebody who breaks the glass."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.services.break_glass import SHORTEST_REASON


class BreakGlassForm(forms.Form):
    """Accession number, a second identifier of the patient, and why."""

    accession_number = forms.CharField(
        label=_("Accession number"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    mrn = forms.CharField(
        label=_("Record number (MRN)"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = forms.DateField(
        label=_("Birth date"), required=False, widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"})
    )
    reason = forms.CharField(
        label=_("Why you need this case now"),
        min_length=SHORTEST_REASON,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The owning laboratory reads this sentence. Name no patient in it."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean(self) -> dict[str, Any]:
        """Ask for the record number, the birth date, or both."""
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not (found.get("mrn") or found.get("birth_date")):
            self.add_error("mrn", _("Give the record number or the birth date."))
        return found
