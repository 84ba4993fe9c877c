"""Why a field goes back to the clinic."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import FieldFault
from cases.models.field_return import RETURN_WORDS
from hematovision.forms import DescribedForm


class ReturnFieldForm(DescribedForm):
    """The reason, from a list, and words where it does not say enough."""

    reason = forms.ChoiceField(
        label=_("Why"),
        choices=FieldFault.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Say why the field goes back."),
            "invalid_choice": _("Choose one of the reasons."),
        },
    )
    words = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=RETURN_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The clinic sees it beside the reason. Needed for another reason."),
    )
