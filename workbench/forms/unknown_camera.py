"""What a laboratory decides about cameras that a model does not know."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import UnknownCamera
from hematovision.forms import DescribedForm


class UnknownCameraForm(DescribedForm):
    """What becomes of the names that a model gives on a camera it does not know."""

    rule = forms.ChoiceField(
        label=_("Rule"),
        choices=UnknownCamera.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three."), "invalid_choice": _("Choose one of the three.")},
    )
