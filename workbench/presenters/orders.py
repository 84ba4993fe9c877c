"""What an order says otherwise than what was typed on the page of a new case."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext as _

from cases.crypto import normalise_number
from cases.models import Priority
from cases.services.orders import overruled_by
from hematovision.dates import in_utc

if TYPE_CHECKING:
    from django import forms

    from cases.models import Order, Patient


class Difference(NamedTuple):
    """One thing that was typed and gave way to the order."""

    label: str
    typed: str

    def __str__(self) -> str:
        return _("%(label)s: you had “%(typed)s”.") % {"label": self.label, "typed": self.typed}


def differences(order: Order, form: forms.Form, *, patient: Patient | None, mrn: str) -> list[Difference]:
    """Return what was typed into `form`, chosen as `patient` or looked for as `mrn`, and is otherwise in `order`.

    The priority that a form starts with was typed by nobody.
    """
    form.is_valid()
    typed = dict(form.cleaned_data)
    if typed.get("priority") == Priority.ROUTINE:
        del typed["priority"]
    found = []
    if patient is not None and patient.pk != order.patient_id:
        found.append(
            Difference(_("Patient"), _("%(name)s, MRN %(mrn)s") % {"name": patient.full_name, "mrn": patient.mrn})
        )
    elif patient is None and mrn and normalise_number(mrn) != normalise_number(order.patient.mrn):
        found.append(Difference(_("Patient"), _("MRN %(mrn)s") % {"mrn": mrn}))
    return found + [Difference(str(form[name].label), _text(typed[name])) for name in overruled_by(order, typed)]


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return in_utc(value)
    return str(Priority(value).label) if value in Priority.values else str(value)
