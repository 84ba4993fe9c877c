"""Why a field is taken out of a draft."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import TakenOut
from hematovision.forms import DescribedForm


class TakeOutForm(DescribedForm):
    """The reason, from a list: free words would say more of people than the record needs."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        # Whoever has the better picture at hand sends it in the field's place.
        choices=[choice for choice in TakenOut.choices if choice[0] != TakenOut.RETAKEN],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why it is taken out."), "invalid_choice": _("Choose one of the reasons.")},
    )
