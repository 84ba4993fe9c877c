"""What people say about a microscope, and with which one an image was taken."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hematovision.errors import Unprocessable
from hematovision.forms import DescribedForm
from microscopes.models import Stain
from microscopes.models.microscope import UM_PER_PX_RANGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Organisation
    from microscopes.models import Microscope

NOT_NAMED = "none"
"""What a form sends for: do not name a microscope."""


def id_of(text: str) -> uuid.UUID:
    """Return the id that a form sent; raises `Unprocessable` for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Unprocessable(gettext("Choose one of the microscopes."), code="no_such_microscope") from error


class MicroscopeForm(DescribedForm):
    """A microscope, new or changed. Everything but its name may stay open; where there is one organisation, it is that one."""

    organisation = forms.ChoiceField(label=_("Organisation"), help_text=_("Whose images are taken with it."))
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As people there call it, for example: Olympus by the window."),
    )
    camera = forms.CharField(
        label=_("Camera"),
        max_length=120,
        required=False,
        help_text=_("Make and model. Images whose file names this camera are assigned to the microscope."),
    )
    objective = forms.IntegerField(
        label=_("Objective"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("Magnification: 40, 50, 60 or 100."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    stain = forms.ChoiceField(required=False, label=_("Usual stain"), choices=[("", _("Not given")), *Stain.choices])
    typed_um_per_px = forms.FloatField(
        required=False,
        min_value=UM_PER_PX_RANGE[0],
        max_value=UM_PER_PX_RANGE[1],
        label=_("Scale"),
        help_text=_(
            "From a calibration slide. Left empty, it is measured from the red cells of the microscope's own fields."
        ),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    calibrated_on = forms.DateField(
        required=False,
        label=_("Calibration slide photographed on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    notes = forms.CharField(
        label=_("Notes"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("References, adapters, serial numbers: whatever helps the next person."),
    )

    def __init__(
        self,
        *args: Any,
        organisations: Iterable[Organisation] = (),
        microscope: Microscope | None = None,
        **kwargs: Any,
    ) -> None:
        if microscope is not None:
            kwargs["initial"] = {name: getattr(microscope, name) for name in self.base_fields if name != "organisation"}
        super().__init__(*args, **kwargs)
        offered = [(str(one.pk), one.name) for one in organisations]
        if microscope is not None:
            # Images hang on it: it stays where it is.
            del self.fields["organisation"]
        else:
            self.fields["organisation"].choices = offered  # type: ignore[attr-defined]


class ImageMicroscopeForm(DescribedForm):
    """With which microscope a field was taken, or all fields of its case."""

    microscope = forms.ChoiceField(label=_("Microscope"), widget=forms.RadioSelect)
    all_fields = forms.BooleanField(required=False, label=_("All fields of this case"))

    def __init__(self, *args: Any, offered: Iterable[Microscope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["microscope"].choices = [  # type: ignore[attr-defined]
            *((str(one.pk), f"{one.name}, {one.organisation.name}") for one in offered),
            (NOT_NAMED, _("Not named")),
        ]
