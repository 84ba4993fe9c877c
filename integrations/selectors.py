"""Reads of the feed, and of patients by what other systems call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.fhir.parts import numbering
from integrations.models import FeedEvent

if TYPE_CHECKING:
    import uuid

    from accounts.models import Organisation, User
    from cases.models import Patient, PatientQuerySet


def position_of(user: User, event_id: uuid.UUID) -> int | None:
    """Return the position of an event of the organisation of `user`; None for any other.

    It need not be visible any more: a restriction of its patient must not stop those who follow the feed.
    """
    events = FeedEvent.objects.of_organisation(user.organisation).numbered()
    return events.filter(event_id=event_id).values_list("position", flat=True).first()


def patients_with_number(patients: PatientQuerySet, number: str, system: str | None) -> list[Patient]:
    """Return those of `patients` with a number, present or former, of the numbering with this URI, or of any.

    A merged record's number finds the one that stands.
    """
    known: list[Patient] = list(patients.ever_with_number(number))
    return [one for one in known if system is None or system in _systems_of(one)]


def record_systems_of(place: Organisation) -> set[str]:
    """Return the URIs under which an organisation's own record numbers come: our name for them, and its assigning authority."""
    authority = [part for part in place.hl7_authority.split("&")[:2] if part]
    return {numbering(f"mrn:{place.slug}"), *map(numbering, authority)}


def _systems_of(patient: Patient) -> set[str]:
    """The systems of all numbers of a person, those of records merged into theirs included."""
    records = [patient, *patient.merged_patients.all()]
    own = {system for one in records for system in record_systems_of(one.organisation)}
    return own | {numbering(number.system) for one in records for number in one.numbers.all()}
