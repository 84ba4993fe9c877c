"""Which receiver and which days, and the receiver's own list."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.models import Connection
from integrations.reconciliation import MOST_DAYS, Period

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.models import User

USUAL_DAYS = 14


class PeriodForm(forms.Form):
    """A connection that carries results, and days of which the first and the last count; what is left out is the last two weeks."""

    connection = forms.ModelChoiceField(
        Connection.objects.none(), required=False, empty_label=None, label=_("Receiver")
    )
    first = forms.DateField(label=_("Signed from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("Signed until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: QueryDict, *, user: User) -> None:
        complete = data.copy()
        today = timezone.now().date()
        complete.setdefault("last", today.isoformat())
        complete.setdefault("first", (today - dt.timedelta(days=USUAL_DAYS - 1)).isoformat())
        super().__init__(complete, label_suffix="")
        fields: dict[str, Any] = self.fields
        fields["connection"].queryset = Connection.objects.reconciled_by(user).order_by("name")

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, days to come, and more than a quarter."""
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if last and last > timezone.now().date():
            self.add_error("last", _("This day has not come yet."))
        elif first and last and last < first:
            self.add_error("last", _("The last day comes before the first."))
        elif first and last and last - first >= dt.timedelta(days=MOST_DAYS):
            self.add_error("first", _("At most %(days)d days are shown at once.") % {"days": MOST_DAYS})
        return found

    @property
    def period(self) -> Period:
        """The days that were asked for; ask only of a valid form."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])

    @property
    def chosen(self) -> Connection | None:
        """The connection that was chosen, or else the first by name; None where there is none."""
        found: Connection | None = self.cleaned_data.get("connection")
        return found or self.fields["connection"].queryset.first()  # type: ignore[attr-defined]


class ListForm(forms.Form):
    """The list of a receiver as a file."""

    received = forms.FileField(
        label=_("List of the receiver"),
        help_text=_("CSV with the columns accession, version and received_at, at most 2 MB. Nothing of it is kept."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )
