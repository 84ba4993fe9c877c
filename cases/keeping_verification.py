"""Whether what is said about keeping and removing is what was written: holds, restrictions, emergency access, purges, pseudonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.models import Action, AuditEvent, Outcome
from audit.selectors import missing_records, said_about
from cases.identifiers import PSEUDONYMOUS
from cases.models import (
    BreakGlassAccess,
    Case,
    ImagePurge,
    LegalHold,
    LegalHoldRelease,
    Order,
    Patient,
    PatientRestriction,
    Pseudonymisation,
    PurgeRun,
    RestrictionLift,
    SpecimenRejection,
)
from cases.models.order import ABOUT_PEOPLE
from cases.states import CaseState
from hematovision.chunks import chunks_of, in_chunks
from hematovision.verifications import Finding, Older

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from hematovision.verifications import Found

CASE = Case._meta.label_lower
ORDER = Order._meta.label_lower
PATIENT = Patient._meta.label_lower
REJECTION = SpecimenRejection._meta.label_lower
_EMPTIED = "It says of people what the pseudonymisation of its patient emptied."  # not translated
ACCESS = BreakGlassAccess._meta.label_lower
_REMOVALS: tuple[tuple[type[Model], Action], ...] = (
    (PurgeRun, Action.CREATE),
    (ImagePurge, Action.DELETE),
    (Pseudonymisation, Action.CREATE),
)


def hold_digest(hold: LegalHold) -> str:
    """The fingerprint of a legal hold."""
    return fingerprint([(hold.pk, hold.case_id, hold.placed_by_id, hold.placed_at, hold.reason)])


def release_digest(release: LegalHoldRelease) -> str:
    """The fingerprint of the end of a legal hold."""
    return fingerprint([(release.pk, release.hold_id, release.released_by_id, release.released_at, release.reason)])


def restriction_digest(restriction: PatientRestriction) -> str:
    """The fingerprint of a restriction."""
    return fingerprint(
        [
            (
                restriction.pk,
                restriction.patient_id,
                restriction.restricted_by_id,
                restriction.restricted_at,
                restriction.reason,
            )
        ]
    )


def lift_digest(lift: RestrictionLift) -> str:
    """The fingerprint of the end of a restriction."""
    return fingerprint([(lift.pk, lift.restriction_id, lift.lifted_by_id, lift.lifted_at, lift.reason)])


def access_digest(access: BreakGlassAccess) -> str:
    """The fingerprint of an emergency access: to what, by whom, why and until when."""
    return fingerprint(
        [(access.pk, access.case_id, access.user_id, access.reason, access.known, access.opened_at, access.expires_at)]
    )


HOLDS_AND_RESTRICTIONS = (
    KeptRows(LegalHold, hold_digest, known=True),
    KeptRows(LegalHoldRelease, release_digest, known=True),
    KeptRows(PatientRestriction, restriction_digest, known=True),
    KeptRows(RestrictionLift, lift_digest, known=True),
)


def check_holds_and_restrictions() -> Iterator[Found]:
    """Every hold and restriction, and the end of each, is there and was given by a person as the audit trail says."""
    for kept in HOLDS_AND_RESTRICTIONS:
        yield from kept.check()


def check_removals() -> Iterator[Finding]:
    """Every removal of files, and of identifiers, is there and happened as the audit trail says."""
    for model, action in _REMOVALS:
        yield from known_rows(model, action)
    yield from _pseudonyms()


def known_rows(model: type[Model], action: Action) -> Iterator[Finding]:
    """Every row that the audit trail saw written is there, and the trail saw every row."""
    kind = model._meta.label_lower
    for pk in missing_records(model, action=action):
        yield Finding(kind, pk, "It was written, the audit trail says, and is no longer in the record.")
    for rows in chunks_of(model._default_manager.all(), by=("pk",)):
        said = said_about(kind, [str(row.pk) for row in rows])
        for row in rows:
            if str(row.pk) not in said:
                yield Finding(kind, str(row.pk), "The audit trail does not know it.")


def check_accesses() -> Iterator[Found]:
    """Every emergency access is there as it was opened, and nobody has one that the audit trail does not know."""
    opened = {pk: row for pk, row in _accesses_opened() if pk}
    present = {str(access.pk): access for access in in_chunks(BreakGlassAccess.objects.all(), by=("pk",))}
    older = 0
    for pk in sorted(opened.keys() | present.keys()):
        if pk not in present:
            yield Finding(ACCESS, pk, "It was opened, the audit trail says, and is no longer in the record.")
        elif pk not in opened:
            yield Finding(ACCESS, pk, "The audit trail does not know it.")
        elif opened[pk] is None:
            older += 1
        elif opened[pk] != access_digest(present[pk]):
            yield Finding(ACCESS, pk, "It was changed after it was opened.")
    if older:
        yield Older(ACCESS, older)


def _accesses_opened() -> Iterator[tuple[str, str | None]]:
    events = AuditEvent.objects.filter(object_type=CASE, action=Action.BREAK_GLASS, outcome=Outcome.SUCCESS)
    for event in in_chunks(events, by=("id",)):
        after = event.after if isinstance(event.after, dict) else {}
        yield str(after.get("access", "")), after.get("access_row")


def _pseudonyms() -> Iterator[Finding]:
    """Who was pseudonymised has no other name anywhere, and their orders say nothing of people."""
    rows = Pseudonymisation.objects.select_related("patient").prefetch_related(
        "patient__former_identities",
        "patient__numbers",
        "patient__orders__transitions",
        "patient__cases__label_checks",
        "patient__cases__rejection",
    )
    for made in in_chunks(rows, by=("pk",)):
        patient = made.patient
        names = {(former.mrn, former.full_name) for former in patient.former_identities.all()}
        names |= {(number.value, PSEUDONYMOUS) for number in patient.numbers.all()}
        names.add((patient.mrn, patient.full_name))
        if names != {(made.pseudonym, PSEUDONYMOUS)}:
            yield Finding(PATIENT, str(patient.pk), "Its identifiers are not those of its pseudonym.")
        for case in patient.cases.all():
            if any(check.code for check in case.label_checks.all()):
                yield Finding(CASE, str(case.pk), "It says what the pseudonymisation of its patient emptied.")
            if case.state == CaseState.REJECTED and case.rejection.words:
                yield Finding(REJECTION, str(case.rejection.pk), _EMPTIED)
        for order in patient.orders.all():
            reasons = [step.reason for step in order.transitions.all()]
            if any(reasons) or any(getattr(order, name) for name in ABOUT_PEOPLE):
                yield Finding(ORDER, str(order.pk), _EMPTIED)
