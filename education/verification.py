"""Whether consents, objections, certificates and the way back from a copied cell to its report are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.fingerprints import fingerprint
from audit.kept_rows import KeptRows
from audit.models import Action, AuditEvent, Outcome
from education.models import (
    Certificate,
    CertificateRequest,
    MaterialState,
    Source,
    TeachingCell,
    TeachingConsent,
    TeachingObjection,
    TeachingSource,
)
from hematovision.chunks import in_chunks
from hematovision.verifications import Finding
from reports.canonical import canonical, sha256
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


def request_digest(request: CertificateRequest) -> str:
    """The fingerprint of a request for a certificate, and of its answer."""
    return fingerprint(
        [
            (
                request.pk,
                request.attempt_id,
                request.laboratory_id,
                request.asked_at,
                request.answered_by_id,
                request.answered_at,
                request.declined_because,
            )
        ]
    )


def certificate_digest(certificate: Certificate) -> str:
    """The fingerprint of a certificate as it was issued, and of its revocation."""
    return fingerprint(
        [
            (
                certificate.pk,
                certificate.attempt_id,
                certificate.student_id,
                certificate.laboratory_id,
                certificate.content_hash,
                certificate.pdf.name,
                certificate.pdf_hash,
                certificate.issued_by_id,
                certificate.issued_at,
                certificate.revoked_by_id,
                certificate.revoked_at,
                certificate.revoked_because,
            )
        ]
    )


CONSENTS = KeptRows(TeachingConsent, consent_digest, known=True)
OBJECTIONS = KeptRows(TeachingObjection, objection_digest, known=True)
REQUESTS = KeptRows(CertificateRequest, request_digest, known=True)
CERTIFICATES = KeptRows(Certificate, certificate_digest, known=True)


def check_consents() -> Iterator[Found]:
    """Every consent of a clinic and every objection of a patient is there as it was recorded."""
    yield from CONSENTS.check()
    yield from OBJECTIONS.check()


def check_certificates() -> Iterator[Found]:
    """Every request and every certificate is there as it was written, its content and its file what was signed."""
    yield from REQUESTS.check()
    yield from CERTIFICATES.check()
    for certificate in in_chunks(Certificate.objects.all(), by=("issued_at", "pk")):
        for sentence in certificate_faults(certificate):
            yield Finding(Certificate._meta.label_lower, str(certificate.pk), sentence)


def certificate_faults(certificate: Certificate) -> list[str]:
    """What of a certificate is not what was signed, in sentences of the record."""
    faults = []
    try:
        intact = sha256(canonical(certificate.content)) == certificate.content_hash
    except ValueError:
        intact = False
    if not intact:
        faults.append("The content is not what was signed.")  # not translated
    try:
        with certificate.pdf.open("rb") as file:
            intact = sha256(file.read()) == certificate.pdf_hash
    except FileNotFoundError:
        intact = False
    if not intact:
        faults.append("The PDF is missing or not the one that was signed.")  # not translated
    return faults


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
