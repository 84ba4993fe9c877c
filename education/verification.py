"""Whether consents, objections and the way back from a copied cell to its report are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.models import Action, AuditEvent, Outcome
from education.models import MaterialState, Source, TeachingCell, TeachingConsent, TeachingObjection, TeachingSource
from hematovision.chunks import in_chunks
from hematovision.verifications import Finding
from reports.models import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hematovision.verifications import Found

COPIED = "taught"
"""Member of the event of a copy: of each teaching cell the id of the cell it was made from."""


def consent_digest(consent: TeachingConsent) -> str:
    """The fingerprint of a clinic's consent, and of its end."""
    return fingerprint(
        [
            (
                consent.pk,
                consent.clinic_id,
                consent.agreed_on,
                consent.recorded_by_id,
                consent.recorded_at,
                consent.withdrawn_by_id,
                consent.withdrawn_at,
            )
        ]
    )


def objection_digest(objection: TeachingObjection) -> str:
    """The fingerprint of a patient's objection, and of its end."""
    return fingerprint(
        [
            (
                objection.pk,
                objection.patient_id,
                objection.recorded_by_id,
                objection.recorded_at,
                objection.lifted_by_id,
                objection.lifted_at,
            )
        ]
    )


CONSENTS = KeptRows(TeachingConsent, consent_digest, known=True)
OBJECTIONS = KeptRows(TeachingObjection, objection_digest, known=True)


def check_consents() -> Iterator[Found]:
    """Every consent of a clinic and every objection of a patient is there as it was recorded."""
    yield from CONSENTS.check()
    yield from OBJECTIONS.check()


def check_sources() -> Iterator[Finding]:
    """Every copied cell that is not recalled leads to the report and cell it was copied from: else no recall reaches it."""
    kind = TeachingCell._meta.label_lower
    said: dict[str, tuple[str, str]] = {}
    events = AuditEvent.objects.filter(
        object_type=Report._meta.label_lower, action=Action.EXPORT, outcome=Outcome.SUCCESS, after__has_key=COPIED
    )
    for event in in_chunks(events, by=("id",)):
        copied = event.after[COPIED] if event.after else {}
        said |= {taught: (event.object_id, cell) for taught, cell in copied.items()}
    taught = TeachingCell.objects.filter(source=Source.SIGNED).exclude(state=MaterialState.RECALLED)
    for cell in in_chunks(taught.select_related("copied_from"), by=("pk",)):
        source: TeachingSource | None = getattr(cell, "copied_from", None)
        if source is None or said.get(str(cell.pk)) != (str(source.report_id), str(source.cell_id)):
            yield Finding(kind, str(cell.pk), "Where it was copied from is not what the audit trail says.")
