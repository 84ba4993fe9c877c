"""What was sent, how it was stained and photographed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Stain
from cases.models.case import COARSEST_SCALE, FINEST_SCALE
from workbench.forms.asked import AskedForm

if TYPE_CHECKING:
    from cases.models import Order


class SpecimenForm(AskedForm):
    """The specimen of a new case. Everything but priority and stain may stay open."""

    accession_number = forms.CharField(
        label=_("Accession number"),
        max_length=64,
        required=False,
        validators=Case._meta.get_field("accession_number").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("As printed on the tube or the order. Left empty, the laboratory's next number is used."),
    )
    stain = forms.ChoiceField(label=_("Stain"), choices=Stain.choices, initial=Stain.WRIGHT_GIEMSA)
    objective = forms.IntegerField(
        label=_("Objective"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("Magnification: 40, 50, 60 or 100."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    um_per_px = forms.FloatField(
        required=False,
        min_value=FINEST_SCALE,
        max_value=COARSEST_SCALE,
        label=_("Scale"),
        help_text=_("µm per pixel, if you know it. Left empty, it is measured on the cells of each image."),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    microscope = forms.CharField(label=_("Microscope"), max_length=120, required=False)
    camera = forms.CharField(label=_("Camera"), max_length=120, required=False)

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in (order.specimen() if order is not None else {}).items():
            if name in self.fields:
                self._lock(name, value)

    def _lock(self, name: str, value: Any) -> None:
        """Show what the order says; nothing that is sent for it counts."""
        self.initial[name] = value
        self.fields[name].disabled = True
        self.fields[name].help_text = gettext("From the order.")
        if name == "collected_at":
            self.fields[name].widget.attrs["data-utc"] = value.isoformat()


class SpecimenChangeForm(SpecimenForm):
    """The details of a specimen, to be corrected; it keeps an accession number."""

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        initial = {name: getattr(case, name) for name in self.base_fields if hasattr(case, name)}
        super().__init__(*args, initial=initial, **kwargs)
        number = self.fields["accession_number"]
        number.required = True
        number.help_text = gettext("As printed on the tube or the order.")
        if case.collected_at and not self.is_bound:
            self.show_in_own_time("collected_at", case.collected_at)
