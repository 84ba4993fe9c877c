"""What a person does with a message that waits for one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from hematovision.forms import DescribedForm
from integrations.services.held_questions import HeldAnswer

_REASON_HINT = _("Who was told, when and by what means. It stays on record; name no patient in it.")


class HandledForm(DescribedForm):
    """That the receiver was told by other means, and how."""

    reason = forms.CharField(
        label=_("How the receiver was told"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_REASON_HINT,
    )


class AnswerForm(DescribedForm):
    """The answer to what a message asks, and why."""

    answer = forms.ChoiceField(label=_("Answer"), choices=HeldAnswer.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("How you know"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you compared, or whom you asked. It stays on record."),
    )
