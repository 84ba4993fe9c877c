"""An order placed by hand, and what is changed of one."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Order
from workbench.forms.asked import AskedForm, moment_field

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def _number(
    label: StrPromise, help_text: StrPromise | str = "", *, required: bool = False, max_length: int = 64
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class OrderDetailsForm(AskedForm):
    """What an order says; the service checks what it means."""

    moments = ("collected_at", "wbc_measured_at")

    ordering_name = _number(_("Orderer"), _("The clinician who asks."), max_length=150)
    ordering_id = _number(_("Number of the orderer"))
    service_code = _number(_("Examination"), _("Its code, where the request has one."))
    group_number = _number(_("Group number"), _("Shared by requests that were made together."))
    specimen_id = _number(_("Specimen number"), _("As printed on the tube or slide."))
    visit_number = _number(_("Visit"), _("Number of the patient's visit or stay. Kept encrypted."))
    location = _number(_("Location"), _("Ward, bed or surgery."), max_length=120)
    wbc_measured_at = moment_field(_("Counted"), _("Date and time of the white cell count."))


class OrderForm(OrderDetailsForm):
    """A new order, under the number of whoever asks."""

    placer_number = _number(
        _("Placer number"), _("The clinic's number of the order, as on the request. Each is used once."), required=True
    )


class OrderChangeForm(OrderDetailsForm):
    """What an order says, to be corrected; its number and its patient stay."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        initial = {name: getattr(order, name) for name in self.base_fields if hasattr(order, name)}
        super().__init__(*args, initial={**initial, "seen": order.updated_at.isoformat()}, **kwargs)
        self.order = order
        for name in self.moments:
            moment = getattr(order, name)
            if moment is not None and not self.is_bound:
                self.show_in_own_time(name, moment)

    def clean_seen(self) -> datetime.datetime:
        """Return when the order that was shown had last changed."""
        try:
            return datetime.datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError as error:
            raise forms.ValidationError(gettext("Open this page again.")) from error

    def see_again(self) -> None:
        """Send the version as it is now, with what was typed."""
        self.data = {**dict(self.data.items()), "seen": self.order.updated_at.isoformat()}
