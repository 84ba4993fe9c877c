"""What another system calls a patient."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from hematovision.forms import DescribedForm


class NumberForm(DescribedForm):
    """One number more; the service checks whose it is."""

    system = forms.CharField(
        label=_("System"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Who gave the number: a short name, an OID or an address."),
    )
    value = forms.CharField(
        max_length=64,
        label=_("Number"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
