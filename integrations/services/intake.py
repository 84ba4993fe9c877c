"""Who takes a message in, for which clinics, and which patients its numbers name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import Organisation
from cases.crypto import normalise_words
from cases.models import FormerIdentity, Patient, PatientNumber
from integrations.hl7.faults import InternalFaultError, UnknownValueError
from integrations.mapping_rows import table_of
from integrations.said import gettext_noop
from integrations.services.service_user import service_user_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from accounts.models import User
    from cases.models import PatientQuerySet
    from integrations.hl7.incoming import Person, Visit
    from integrations.hl7.outgoing import Number
    from integrations.mapping_rows import Rows
    from integrations.models import Connection

UNKNOWN_AUTHORITY = gettext_noop("No clinic of this connection has this assigning authority.")
UNKNOWN_LOCATION = gettext_noop("The authority is that of several clinics, and the location names none of them.")


_BETWEEN = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Intake:
    """One connection at one time: its account, its clinics, its codes."""

    connection: Connection
    user: User
    rows: Rows
    clinics: tuple[Organisation, ...]

    def clinics_of(self, authority: str) -> list[Organisation]:
        """Return the clinics whose record numbers an authority gives: by the mapping, and as the clinics say themselves."""
        by_row = table_of(self.rows, "authorities").get(authority)
        return [
            clinic
            for clinic in self.clinics
            if clinic.slug == by_row or authority in [part for part in clinic.hl7_authority.split("&")[:2] if part]
        ]

    def place_of(self, person: Person, visit: Visit) -> tuple[Organisation, Number]:
        """Return the clinic a message comes from, and the patient's record number there.

        The authority decides. Where several clinics share one, the location says which of them; elsewhere it says nothing:
        two hospitals have a ward of the same name. Raises `UnknownValueError`.
        """
        for number in person.numbers:
            found = self.clinics_of(number.authority)
            if len(found) == 1:
                return found[0], number
            if found:
                slug = self._slug_of_location(visit.location)
                for clinic in found:
                    if clinic.slug == slug:
                        return clinic, number
                raise UnknownValueError(UNKNOWN_LOCATION, "PV1^1^3")
        raise UnknownValueError(UNKNOWN_AUTHORITY, "PID^1^3^1^4")

    def _slug_of_location(self, location: str) -> str | None:
        """Return what the mapping says of a location: of the bed, else the room, else the ward."""
        table = table_of(self.rows, "locations")
        words = location.split()
        places = (" ".join(words[:number]) for number in range(len(words), 0, -1))
        return next((table[place] for place in places if place in table), None)

    def may_be_ordered(self, code: str) -> bool:
        """Whether the mapping has an examination, or names none at all."""
        table = table_of(self.rows, "services")
        return not table or code in table

    def find(self, clinic: Organisation, numbers: Iterable[Number]) -> list[Patient]:
        """Return the records that stand for whoever has these numbers at a clinic, the first number's first.

        One record for each person, whether a number is theirs, was theirs, or is that of a record merged into theirs.
        """
        found: list[Patient] = []
        for number in numbers:
            patient = self.holder(clinic, number)
            if patient is not None and patient not in found:
                found.append(patient)
        return found

    def holder(self, clinic: Organisation, number: Number) -> Patient | None:
        """Return the record that stands for whoever has one number at a clinic: who has it now before who had it."""
        visible = Patient.objects.visible_to(self.user).filter(organisation=clinic).select_related("organisation")
        if clinic in self.clinics_of(number.authority):
            for records in (visible.with_mrn(number.value), visible.ever_with_mrn(number.value)):
                if (patient := records.order_by("pk").first()) is not None:
                    return self._standing(patient, visible)
        given = PatientNumber.objects.with_value(number.value).filter(organisation=clinic, system=number.authority)
        # One in use has no end.
        for one in sorted(given, key=lambda one: (one.until is not None, -one.since.timestamp())):
            if (patient := visible.filter(pk=one.patient_id).first()) is not None:
                return self._standing(patient, visible)
        return None

    @staticmethod
    def _standing(patient: Patient, visible: PatientQuerySet) -> Patient | None:
        return patient if patient.merged_into_id is None else visible.filter(pk=patient.merged_into_id).first()


def intake_of(connection: Connection, *, at: dt.datetime) -> Intake:
    """Return who takes messages of a connection in at a time; raises `InternalFaultError` while its account is closed."""
    user = service_user_of(connection)
    if not user.is_active or not connection.laboratory.is_active:
        raise InternalFaultError(gettext_noop("The account of this connection is closed. Ask the laboratory."))
    version = connection.mapping.version_at(at) if connection.mapping is not None else None
    laboratory = connection.laboratory
    places = Organisation.objects.filter(Q(refers_to=laboratory) | Q(pk=laboratory.pk), is_active=True)
    return Intake(
        connection=connection,
        user=user,
        rows=version.rows if version is not None else {},
        clinics=tuple(place for place in places.order_by("slug") if connection.concerns(place)),
    )


def is_another(patient: Patient, person: Person) -> bool:
    """Whether a message names somebody else than the record its number finds: another family name and another birth date.

    One of the two alone changes: people marry, and dates are mistyped; a name that is part of a double one is no other. What
    is not known is no difference, and how the record stood before a correction counts as well.
    """
    if not _says_another(patient, person):
        return False
    before: list[Patient | FormerIdentity] = [*patient.former_identities.all(), *patient.merged_patients.all()]
    return all(_says_another(one, person) for one in before)


def _says_another(known: Patient | FormerIdentity, person: Person) -> bool:
    if _is_alike(known.family_name, person.family_name):
        return False
    alike = person.born.may_be()
    return alike is not None and known.born.first is not None and known.born not in alike


def _is_alike(one: str, other: str) -> bool:
    """Whether two family names are the same, or one is part of the other: Doe, Doe-Smith."""
    parts, others = ({part for part in _BETWEEN.split(normalise_words(name)) if part} for name in (one, other))
    return parts <= others or others <= parts
