"""What the console asks: over which connection a message is to have come, and the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hematovision.forms import DescribedForm
from integrations.models import Connection, ConnectionKind

if TYPE_CHECKING:
    from accounts.models import User


class ConsoleForm(DescribedForm):
    """A message to be tried."""

    connection = forms.ModelChoiceField(
        label=_("As if it came over"), queryset=Connection.objects.none(), empty_label=None
    )
    text = forms.CharField(
        label=_("Message"),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off", "class": "mono", "wrap": "off"}
        ),
        help_text=_("HL7 v2, beginning with MSH, a segment a line."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        incoming = Connection.objects.visible_to(user).filter(kind=ConnectionKind.MLLP_IN)
        self.fields["connection"].queryset = incoming  # type: ignore[attr-defined]


class TryForm(DescribedForm):
    """Over which connection the reports are to go."""

    connection = forms.ModelChoiceField(
        label=_("As if they went over"), queryset=Connection.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, connections: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["connection"].queryset = connections  # type: ignore[attr-defined]
