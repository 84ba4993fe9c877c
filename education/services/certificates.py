"""Certificates: asked for, issued with a signature, declined, revoked."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import Role, User
from audit.models import Action
from audit.services import record
from cases.permissions import refuse
from cases.storage import clinical_storage
from education.models import Attempt, Certificate, CertificateRequest
from education.models.certificate import certificate_name
from education.pdf.certificate import certificate_pdf
from education.permissions import may_revoke_certificates
from education.presenters.certificate_content import signed_content, unsigned_content
from education.selectors.passed import judgement_of
from education.verification import certificate_digest, request_digest
from hematovision.errors import Conflict, NotFound, Unprocessable
from notices.services.notifications import close_notifications, notify
from reports.canonical import canonical, digest, sha256
from reports.services.signing import require_proof

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet

    from accounts.models import Organisation
    from reports.services.signing import Proof

MOST_OF_A_REASON = 300
ASKED = gettext_noop("A training certificate was asked for. It waits for a pathologist.")
ISSUED = gettext_noop("Your training certificate is issued.")
DECLINED = gettext_noop("A training certificate that you asked for was declined. The reason is with the request.")
REVOKED = gettext_noop("A training certificate of yours was revoked. The reason is with it.")
_KIND = "certificate"
NOT_WHO_REVOKES = gettext_lazy("Only pathologists and administrators of the laboratory revoke its certificates.")


def issuers_for(student: User) -> QuerySet[User]:
    """The pathologists who can sign a certificate of `student`: those of their laboratory, without themselves."""
    laboratory = student.laboratory
    if laboratory is None:
        return User.objects.none()
    return User.objects.filter(organisation=laboratory, role=Role.PATHOLOGIST, is_active=True).exclude(pk=student.pk)


@transaction.atomic
def ask_for_certificate(*, actor: User, attempt: uuid.UUID) -> CertificateRequest:
    """Ask for a certificate of one's own attempt.

    Raises `NotFound` for the attempt of another; `Conflict`: `not_passed`, `no_pathologist`, `asked` where a request waits,
    `issued` where there is a certificate, revoked ones among them.
    """
    found = Attempt.objects.of(actor).select_for_update(no_key=True, of=["self"]).filter(pk=attempt).first()
    if found is None:
        raise NotFound
    judgement = judgement_of(found)
    if judgement is None or not judgement.is_passed:
        raise Conflict(_("This attempt does not pass for a certificate."), code="not_passed")
    if Certificate.objects.filter(attempt=found).exists():
        raise Conflict(_("A certificate was issued for this attempt."), code="issued")
    if found.certificate_requests.open().exists():
        raise Conflict(_("You have asked for this certificate already."), code="asked")
    laboratory = actor.laboratory
    if laboratory is None or not issuers_for(actor).exists():
        raise Conflict(
            _("Your laboratory has no pathologist who could sign a certificate of yours."), code="no_pathologist"
        )
    asked = CertificateRequest.objects.create(attempt=found, laboratory=laboratory)
    notify(
        recipients=issuers_for(actor),
        kind=_KIND,
        subject_id=asked.pk,
        text=ASKED,
        path=reverse("education:certificate_request", args=[asked.pk]),
    )
    _record(actor, Action.CREATE, asked, laboratory, row=request_digest(asked))
    return asked


def prepare_certificate(*, actor: User, request: uuid.UUID) -> tuple[CertificateRequest, dict[str, Any], str]:
    """Return a request that waits for `actor`, what would be signed, and the hash of that.

    Raises `NotFound`; `Conflict` where it was answered or the attempt no longer passes, as when many of its cells were recalled.
    """
    found = (
        CertificateRequest.objects.answerable_by(actor)
        .select_related("attempt__student", "attempt__teaching_set", "laboratory")
        .filter(pk=request)
        .first()
    )
    if found is None:
        raise NotFound
    if found.answered_at is not None:
        raise Conflict(_("This request was answered."), code="answered")
    judgement = judgement_of(found.attempt)
    if judgement is None or not judgement.is_passed:
        sentence = _("This attempt does not pass any longer: cells of it were recalled. Decline the request.")
        raise Conflict(sentence, code="not_passed")
    content = unsigned_content(found, judgement)
    return found, content, digest(content)


def issue_certificate(*, actor: User, request: uuid.UUID, preview: str, proof: Proof) -> Certificate:
    """Sign and issue the certificate that `actor` was shown; `preview` is the hash of that.

    Raises as `prepare_certificate`; `PermissionRefused` without a fresh proof; `Conflict` `preview_stale`; `PdfUnavailable`.
    """
    require_proof(actor=actor, proof=proof)
    found, content, shown = prepare_certificate(actor=actor, request=request)
    if shown != preview:
        raise Conflict(_("The figures changed after you saw them. Nothing was signed."), code="preview_stale")
    pk, now = uuid.uuid4(), timezone.now()
    signed = signed_content(content, pk=pk, signer=actor, method=proof.method, at=now)
    pdf = certificate_pdf(signed)
    name = clinical_storage().save(certificate_name(found, ""), ContentFile(pdf))
    try:
        with transaction.atomic():
            answered = _answer(actor, found.pk)
            made = Certificate.objects.create(
                id=pk,
                attempt=found.attempt,
                student=found.attempt.student,
                laboratory=found.laboratory,
                content=signed,
                content_hash=sha256(canonical(signed)),
                pdf=name,
                pdf_hash=sha256(pdf),
                issued_by=actor,
                issued_at=now,
            )
            _tell(made.student, made.pk, ISSUED, reverse("education:certificate", args=[made.pk]))
            _record(actor, Action.UPDATE, answered, found.laboratory, row=request_digest(answered))
            after = {"hash": made.content_hash, "method": proof.method, "row": certificate_digest(made)}
            _record(actor, Action.CREATE, made, found.laboratory, **after)
    except BaseException:
        clinical_storage().delete(name)
        raise
    return made


@transaction.atomic
def decline_certificate(*, actor: User, request: uuid.UUID, reason: str) -> CertificateRequest:
    """Answer a request with a reason why there is no certificate; the student may ask anew. Raises `NotFound`, `Conflict`, `Unprocessable`."""
    words = _words(reason)
    answered = _answer(actor, request, declined_because=words)
    _tell(answered.attempt.student, answered.pk, DECLINED, reverse("education:certificates"))
    _record(actor, Action.UPDATE, answered, answered.laboratory, reason=words, row=request_digest(answered))
    return answered


@transaction.atomic
def revoke_certificate(*, actor: User, certificate: uuid.UUID, reason: str) -> Certificate:
    """Revoke a certificate of the actor's laboratory, for good.

    Raises `NotFound`, `PermissionRefused`, `Unprocessable` without a reason, `Conflict` where it is revoked.
    """
    rows = Certificate.objects.visible_to(actor).select_for_update(no_key=True, of=["self"])
    found = rows.select_related("laboratory").filter(pk=certificate).first()
    if found is None:
        raise NotFound
    if not may_revoke_certificates(actor) or found.laboratory_id != actor.organisation_id:
        refuse(actor=actor, target=found, sentence=NOT_WHO_REVOKES)
    words = _words(reason)
    if found.revoked_at is not None:
        raise Conflict(_("This certificate is revoked already."), code="revoked")
    found.revoked_at, found.revoked_by, found.revoked_because = timezone.now(), actor, words
    found.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
    _tell(found.student, found.pk, REVOKED, reverse("education:certificate", args=[found.pk]))
    _record(actor, Action.UPDATE, found, found.laboratory, reason=words, revoked=True, row=certificate_digest(found))
    return found


def _answer(actor: User, request: uuid.UUID, *, declined_because: str = "") -> CertificateRequest:
    """Mark a request as answered, under its lock: of two pathologists the first one answers."""
    rows = CertificateRequest.objects.answerable_by(actor).select_for_update(no_key=True, of=["self"])
    found = rows.select_related("laboratory").filter(pk=request).first()
    if found is None:
        raise NotFound
    if found.answered_at is not None:
        raise Conflict(_("This request was answered."), code="answered")
    found.answered_at, found.answered_by, found.declined_because = timezone.now(), actor, declined_because
    found.save(update_fields=["answered_at", "answered_by", "declined_because"])
    # It waits for no other pathologist any more.
    close_notifications(subject_id=found.pk)
    return found


def _tell(student: User, subject: uuid.UUID, text: str, path: str) -> None:
    notify(recipients=[student], kind=_KIND, subject_id=subject, text=text, path=path)


def _words(reason: str) -> str:
    # PostgreSQL keeps no NUL.
    words = reason.replace("\x00", " ").strip()
    if not words:
        raise Unprocessable(_("Give a reason."), code="reason_missing")
    if len(words) > MOST_OF_A_REASON:
        sentence = _("A reason has at most %(most)s characters.") % {"most": MOST_OF_A_REASON}
        raise Unprocessable(sentence, code="reason_too_long")
    return words


def _record(
    actor: User,
    action: Action,
    target: Certificate | CertificateRequest,
    laboratory: Organisation,
    *,
    reason: str = "",
    **after: object,
) -> None:
    record(actor=actor, action=action, target=target, laboratory_id=laboratory.pk, reason=reason, after=after)
