"""What the audit page can be narrowed by."""

from __future__ import annotations

import uuid
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Action, Outcome
from audit.selectors import about_case, by_people_called

if TYPE_CHECKING:
    from audit.models.event import AuditEventQuerySet


class EventFilter(forms.Form):
    """Person, patient, case, record, action, outcome and time. Empty fields do not narrow."""

    person = forms.CharField(label=_("Person"), max_length=200, required=False)
    patient = forms.UUIDField(label=_("Patient id"), required=False)
    case = forms.UUIDField(label=_("Case id"), required=False)
    object = forms.CharField(label=_("Record id"), max_length=80, required=False)
    action = forms.ChoiceField(label=_("Action"), choices=[("", _("Every action")), *Action.choices], required=False)
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[("", _("Every outcome")), *Outcome.choices], required=False
    )
    since = forms.DateTimeField(
        label=_("From (UTC)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    until = forms.DateTimeField(
        label=_("Until (UTC)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        """The end lies after the beginning."""
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("The end lies before the beginning."))
        return data

    def narrow(self, events: AuditEventQuerySet, *, laboratory_id: uuid.UUID | None) -> AuditEventQuerySet:
        """The events of `events`, all of one laboratory unless it is None, that the valid form asks for."""
        asked = self.cleaned_data
        if asked["person"]:
            person = asked["person"].strip()
            as_id = _uuid(person)
            events = events.filter(Q(actor_id=as_id) if as_id else by_people_called(person, laboratory_id))
        if asked["patient"]:
            events = events.filter(patient_id=asked["patient"])
        if asked["case"]:
            events = events.filter(about_case(asked["case"]))
        if asked["object"]:
            events = events.filter(object_id=asked["object"].strip())
        if asked["action"]:
            events = events.filter(action=asked["action"])
        if asked["outcome"]:
            events = events.filter(outcome=asked["outcome"])
        if asked["since"]:
            events = events.filter(at__gte=asked["since"])
        if asked["until"]:
            events = events.filter(at__lte=asked["until"])
        return events

    def asked(self) -> dict[str, str]:
        """The filters in use, as text for the record of the view."""
        return {
            name: value.astimezone(UTC).isoformat() if hasattr(value, "astimezone") else str(value)
            for name, value in self.cleaned_data.items()
            if value
        }


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
