"""What is sent beside a picture to try."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TryForm(forms.Form):
    """The tick that every picture needs, and two wishes. What a value means is decided by `sandbox.services.receive_picture`."""

    um_per_px = forms.FloatField(
        label=_("Scale (µm per pixel)"),
        required=False,
        help_text=_("Only if you know it: else it is measured on the red cells."),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    label_first = forms.BooleanField(
        label=_("Let me name the cells first, then show what the model says"), required=False
    )
    confirmed = forms.BooleanField(
        label=_("This picture shows no patient's name and is not used for care"), required=False
    )
