"""What is asked of a specimen and known of its blood, by an order as by a case."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Priority
from hematovision.forms import DescribedForm

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def moment_field(label: StrPromise, help_text: StrPromise) -> forms.DateTimeField:
    """Return a date with its time by the person's own clock."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(required=False, label=label, widget=widget, help_text=help_text)


class AskedForm(DescribedForm):
    """Everything but the priority may stay open."""

    moments: ClassVar[tuple[str, ...]] = ("collected_at",)

    priority = forms.ChoiceField(
        label=_("Priority"), choices=Priority.choices, initial=Priority.ROUTINE, widget=forms.RadioSelect
    )
    collected_at = moment_field(_("Collected"), _("Date and time the blood was drawn."))
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))
    clinical_question = forms.CharField(
        label=_("Clinical question"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What should the pathologist look for? For example: unexplained monocytosis."),
    )
    wbc = forms.DecimalField(
        required=False,
        min_value=0,
        max_value=2000,
        max_digits=7,
        decimal_places=2,
        label=_("White cell count"),
        help_text=_("10⁹/L, from the analyser. Absolute counts need it."),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    wbc_source = forms.CharField(
        max_length=120, required=False, label=_("Source of the count"), help_text=_("For example the analyser.")
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the source of a white cell count, without which it is not used; times are of the person's own zone."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("wbc") is not None and not found.get("wbc_source"):
            self.add_error("wbc_source", gettext("Say where the white cell count comes from."))
        zone = found.pop("time_zone", "")
        for name in self.moments:
            if found.get(name) is not None and zone and not self.fields[name].disabled:
                found[name] = _in_zone(found[name], zone)
            stands = self.initial.get(name)
            # A field shows minutes: what was left as it stood keeps its seconds.
            if isinstance(stands, datetime.datetime) and found.get(name) == stands.replace(second=0, microsecond=0):
                found[name] = stands
        return found

    def show_in_own_time(self, name: str, moment: datetime.datetime) -> None:
        """Let the page's script turn the field, which is filled in UTC, into the person's own clock time."""
        self.fields[name].widget.attrs["data-utc"] = moment.isoformat()


def _in_zone(moment: datetime.datetime, zone: str) -> datetime.datetime:
    """Read the clock time of `moment` in the person's own zone; an unknown zone leaves it in UTC."""
    try:
        return moment.replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment
