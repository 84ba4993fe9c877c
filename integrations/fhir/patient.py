"""Patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.fhir.parts import identifier, present, reference


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """A patient as one organisation knows them. `birth_date` is as far as it is known: 1961-03-05, 1961-03, 1961, empty.

    `numbers` are (system, value, since, until) of other systems, `until` empty while in use; `merged_into` is the id of
    the record that stands for this person, if it is another.
    """

    pk: str
    organisation: str
    organisation_slug: str
    mrn: str
    family_name: str
    given_name: str
    birth_date: str
    sex: str
    numbers: tuple[tuple[str, str, str, str], ...] = ()
    merged_into: str = ""


def patient(found: PatientRecord) -> dict[str, Any]:
    """Return a Patient; one that was merged into another is not active and names it."""
    own = identifier(
        f"mrn:{found.organisation_slug}", found.mrn, "MR", assigner=reference("Organization", found.organisation)
    )
    others = [
        identifier(system, value, use="old" if until else "secondary", period=present(start=since, end=until))
        for system, value, since, until in found.numbers
    ]
    return present(
        resourceType="Patient",
        id=found.pk,
        identifier=[own, *others],
        active=not found.merged_into,
        name=[present(use="official", family=found.family_name, given=[found.given_name] if found.given_name else [])],
        gender=found.sex,
        birthDate=found.birth_date,
        managingOrganization=reference("Organization", found.organisation),
        link=[{"other": reference("Patient", found.merged_into), "type": "replaced-by"}] if found.merged_into else [],
    )
