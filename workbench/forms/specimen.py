"""What was sent, how it was stained and photographed, and what is asked of it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms

from cases.models import Case, Priority, Stain
from cases.models.case import COARSEST_SCALE, FINEST_SCALE
from hematovision.forms import DescribedForm

if TYPE_CHECKING:
    from cases.models import Order


class SpecimenForm(DescribedForm):
    """The specimen of a new case. Everything but priority and stain may stay open."""

    accession_number = forms.CharField(
        max_length=64,
        required=False,
        validators=Case._meta.get_field("accession_number").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="As printed on the tube or the order. Left empty, the laboratory's next number is used.",
    )
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.ROUTINE, widget=forms.RadioSelect)
    stain = forms.ChoiceField(choices=Stain.choices, initial=Stain.WRIGHT_GIEMSA)
    collected_at = forms.DateTimeField(
        required=False,
        label="Collected",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Date and time the blood was drawn.",
    )
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))
    objective = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=200,
        help_text="Magnification: 40, 50, 60 or 100.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    um_per_px = forms.FloatField(
        required=False,
        min_value=FINEST_SCALE,
        max_value=COARSEST_SCALE,
        label="Scale",
        help_text="µm per pixel, if you know it. Left empty, it is measured on the cells of each image.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    microscope = forms.CharField(max_length=120, required=False)
    camera = forms.CharField(max_length=120, required=False)
    clinical_question = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What should the pathologist look for? For example: unexplained monocytosis.",
    )
    wbc = forms.DecimalField(
        required=False,
        min_value=0,
        max_value=2000,
        max_digits=7,
        decimal_places=2,
        label="White cell count",
        help_text="10⁹/L, from the analyser. Absolute counts need it.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    wbc_source = forms.CharField(
        max_length=120, required=False, label="Source of the count", help_text="For example the analyser."
    )

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in (order.specimen() if order is not None else {}).items():
            if name in self.fields:
                self._lock(name, value)

    def _lock(self, name: str, value: Any) -> None:
        """Show what the order says; nothing that is sent for it counts."""
        self.initial[name] = value
        self.fields[name].disabled = True
        self.fields[name].help_text = "From the order."
        if name == "collected_at":
            self.fields[name].widget.attrs["data-utc"] = value.isoformat()

    def clean(self) -> dict[str, Any]:
        """Ask for the source where a white cell count is given: a number without one is not used."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("wbc") is not None and not found.get("wbc_source"):
            self.add_error("wbc_source", "Say where the white cell count comes from.")
        zone = found.pop("time_zone", "")
        if found.get("collected_at") is not None and zone and not self.fields["collected_at"].disabled:
            found["collected_at"] = _in_zone(found["collected_at"], zone)
        return found


class SpecimenChangeForm(SpecimenForm):
    """The details of a specimen, to be corrected; it keeps an accession number."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        initial = {name: getattr(case, name) for name in self.base_fields if hasattr(case, name)}
        super().__init__(*args, initial=initial, **kwargs)
        number = self.fields["accession_number"]
        number.required = True
        number.help_text = "As printed on the tube or the order."
        if case.collected_at and not self.is_bound:
            # The field is filled in UTC; the page's script turns it into the person's own clock time.
            self.fields["collected_at"].widget.attrs["data-utc"] = case.collected_at.isoformat()


def _in_zone(moment: datetime.datetime, zone: str) -> datetime.datetime:
    """Read the clock time of `moment` in the person's own zone; an unknown zone leaves it in UTC."""
    try:
        return moment.replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment
