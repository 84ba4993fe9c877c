"""Who the blood is from."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.form_fields import BirthDateField
from cases.models import Sex
from hematovision.forms import DescribedForm


class PatientForm(DescribedForm):
    """A new patient of the person's own organisation; the service checks what it means."""

    family_name = forms.CharField(
        label=_("Family name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    given_name = forms.CharField(
        label=_("Given name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_date = BirthDateField()
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=[
            (Sex.FEMALE, _("Female")),
            (Sex.MALE, _("Male")),
            (Sex.OTHER, _("Other")),
            (Sex.UNKNOWN, _("Unknown")),
        ],
        initial=Sex.UNKNOWN,
    )
