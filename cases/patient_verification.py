"""Whether patients, and what was merged of them, are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.models import Action
from audit.selectors import last_digest, said_about
from cases.crypto import UndecryptableValueError
from cases.identifiers import is_under_present_key, keyed_fingerprint
from cases.keeping_verification import known_rows
from cases.models import Patient, PatientMerge, PatientMergeUndo
from hematovision.chunks import chunks_of
from hematovision.verifications import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from cases.models import FormerIdentity
    from hematovision.verifications import Found

PATIENT = Patient._meta.label_lower
MERGE = PatientMerge._meta.label_lower


def patient_digest(patient: Patient, *, former: Iterable[FormerIdentity] | None = None) -> str:
    """The keyed fingerprint of a patient's identifiers, with those before corrections and the entries of the search index.

    `former` are the identifiers before corrections where the caller has them, else they are read.
    """
    earlier = patient.former_identities.all() if former is None else former
    return keyed_fingerprint(
        [
            (
                patient.pk,
                patient.organisation_id,
                *_identity(patient),
                patient.created_at,
            ),
            *((row.pk, *_identity(row), row.until, row.corrected_by_id, row.reason, row.note) for row in earlier),
        ]
    )


def _identity(row: Patient | FormerIdentity) -> tuple[Any, ...]:
    return (
        row.mrn,
        row.family_name,
        row.given_name,
        row.birth_date,
        row.birth_date_precision,
        row.sex,
        row.mrn_index,
        row.name_index,
        row.birth_date_index,
    )


PATIENTS = KeptRows(
    Patient,
    patient_digest,
    changed="Its identifiers, or those before a correction, are not what was written.",  # not translated
    prefetched=("former_identities",),
    comparable=is_under_present_key,
    known=True,
    unreadable=(UndecryptableValueError,),
)


def check_patients() -> Iterator[Found]:
    """Every patient is there, under the identifiers that were written last, and those before corrections are."""
    yield from PATIENTS.check()


def merge_digest(merge: PatientMerge) -> str:
    """The fingerprint of a merge: who was merged, by whom, why, and what moved. Identities are about a person and stay out."""
    before = merge.before
    return fingerprint(
        [
            (
                merge.pk,
                merge.from_patient_id,
                merge.into_id,
                merge.merged_by_id,
                merge.merged_at,
                merge.reason,
                merge.message,
                before["repointed"],
                before["followers"],
            )
        ]
    )


def check_merges() -> Iterator[Finding]:
    """Every merge and its end is as a person wrote it, and patients are merged by merges alone."""
    yield from known_rows(PatientMerge, Action.CREATE)
    yield from known_rows(PatientMergeUndo, Action.CREATE)
    for merges in chunks_of(PatientMerge.objects.all(), by=("pk",)):
        said = said_about(MERGE, [str(merge.pk) for merge in merges])
        for merge in merges:
            known = last_digest(said.get(str(merge.pk), []), "row")
            if known is not None and known != merge_digest(merge):
                yield Finding(MERGE, str(merge.pk), "It is not the merge that was written.")
    standing = PatientMerge.objects.standing().order_by("merged_at", "pk")
    leads_to: dict[UUID, UUID] = dict(standing.values_list("from_patient", "into"))
    says: dict[UUID, UUID | None] = dict(
        Patient.objects.filter(Q(merged_into__isnull=False) | Q(pk__in=list(leads_to)))
        .order_by()
        .values_list("pk", "merged_into")
    )
    for pk, into in sorted(says.items()):
        expected, passed = leads_to.get(pk), {pk}
        while expected in leads_to and expected not in passed:
            passed.add(expected)
            expected = leads_to[expected]
        if into != expected:
            yield Finding(PATIENT, str(pk), "Whom it was merged into is not what the merges say.")
