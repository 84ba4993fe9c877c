"""Sign a version of a report: everything is made first, then written in one transaction, or nothing is."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case, step_case
from cases.states import CaseState
from cases.storage import clinical_storage
from cases.stored_files import faults_of
from hematovision.errors import Conflict, PermissionRefused
from reports.canonical import canonical, sha256
from reports.models import InsufficientSpecimen, Report, ReportDraft, ReportKey, ReportKind, Signature
from reports.models.report import sealed_pdf_name
from reports.pdf import class_pictures, render_pdf
from reports.presenters.content import sign_content
from reports.sealing import new_key, seal, wrap
from reports.services.preparing import Prepared, prepare_report
from reports.signals import report_signed
from reports.verification import images_digest, report_digest, signature_digest
from review.services.amendments import close_amendment
from review.services.leases import drop

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models import Case

_STATES = {
    ReportKind.ORIGINAL: CaseState.SIGNED,
    ReportKind.CORRECTED: CaseState.CORRECTED,
    ReportKind.APPENDED: CaseState.APPENDED,
    ReportKind.WITHDRAWN: CaseState.WITHDRAWN,
}
_PROOF_LASTS = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Proof:
    """That the person at the keyboard is the signer, shown a moment ago (see `reports.services.reauthentication`)."""

    user: uuid.UUID
    method: str
    session_first: bool
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class _Made:
    """A version as it will be written; `shown` is the signature as the content has it."""

    id: uuid.UUID
    text: str
    shown: dict[str, Any]
    content_sha256: str
    pdf: bytes
    images_sha256: str
    signed_at: dt.datetime


def sign_report(*, actor: User, case: Case, preview: str, proof: Proof) -> Report:
    """Freeze and sign the next version of the report of `case`; returns it.

    `preview` is the hash of what the signer was shown (`Prepared.preview`). The case steps to its state, an open
    amendment is closed and the lease ends with it. After commit `reports.signals.report_signed` is sent.

    Raises as `prepare_report`; `PermissionRefused` without a fresh proof of this person; `Conflict`: `preview_stale`
    when anything of it changed since, `not_ready` with the first condition that is not met; `PdfUnavailable`.
    """
    require_proof(actor=actor, proof=proof)
    prepared = _ready(actor=actor, case=case, preview=preview)
    if prepared.kind != ReportKind.WITHDRAWN:
        _compare_files(case)
    made = _make(actor=actor, prepared=prepared, method=proof.method)
    key = new_key()
    name = clinical_storage().save(sealed_pdf_name(None, ""), ContentFile(seal(key, made.pdf)))
    try:
        with transaction.atomic():
            lock_case(case)
            # Again under the lock: whoever changed a cell or signed meanwhile was first.
            prepared = _ready(actor=actor, case=case, preview=preview)
            report = _write(actor=actor, prepared=prepared, made=made, key=key, pdf_name=name, proof=proof)
    except BaseException:
        clinical_storage().delete(name)
        raise
    return report


def require_proof(*, actor: User, proof: Proof) -> None:
    """Raise `PermissionRefused` unless `proof` is of `actor` and was made a moment ago."""
    if proof.user != actor.pk or not timezone.now() - _PROOF_LASTS <= proof.at <= timezone.now() + _PROOF_LASTS:
        raise PermissionRefused(_("Confirm that it is you, then sign."), code="proof_missing")


def _ready(*, actor: User, case: Case, preview: str) -> Prepared:
    prepared = prepare_report(actor=actor, case=case)
    if prepared.preview != preview:
        sentence = _("The case changed after this preview was made. Nothing was signed; look at the new preview.")
        raise Conflict(sentence, code="preview_stale")
    if prepared.unmet:
        raise Conflict(prepared.unmet[0].sentence, code="not_ready", details={"check": prepared.unmet[0].code})
    return prepared


def _compare_files(case: Case) -> None:
    """Read every original and display copy to its last byte: what was right a while ago may not be now."""
    faults = faults_of(case.images.counting().order_by("ordinal"), afresh=True)
    if faults:
        raise Conflict(faults[0], code="not_ready", details={"check": "files"})


def _make(*, actor: User, prepared: Prepared, method: str) -> _Made:
    """Make content and file, which takes a second and holds no lock."""
    now = timezone.now()
    pk = uuid.uuid4()
    unsigned = {**prepared.content, "report": {**prepared.content["report"], "id": str(pk)}}
    content = sign_content(unsigned, signer=actor, kind=prepared.kind, method=method, at=now)
    text = canonical(content)
    pdf = render_pdf(
        content,
        content_sha256=sha256(text),
        content_text=text,
        pictures=class_pictures(prepared.case, content),
        identifier=pk.hex,
    )
    return _Made(pk, text, content["signature"], sha256(text), pdf, images_digest(content["images"]), now)


def _write(*, actor: User, prepared: Prepared, made: _Made, key: str, pdf_name: str, proof: Proof) -> Report:
    case, previous = prepared.case, prepared.previous
    version = 1 if previous is None else previous.version + 1
    pdf_sha256 = sha256(made.pdf)
    report = Report.objects.create(
        id=made.id,
        case=case,
        version=version,
        kind=prepared.kind,
        previous=previous,
        reason_code=prepared.amendment.reason_code if prepared.amendment is not None else "",
        sealed=seal(key, made.text.encode("utf-8")).decode("ascii"),
        content_sha256=made.content_sha256,
        pdf=pdf_name,
        pdf_sha256=pdf_sha256,
        pdf_size=len(made.pdf),
        images_sha256=made.images_sha256,
        digest=report_digest(
            content_sha256=made.content_sha256,
            pdf_sha256=pdf_sha256,
            images_sha256=made.images_sha256,
            version=version,
            kind=str(prepared.kind),
            case=str(case.pk),
            previous=previous.digest if previous is not None else "",
        ),
        created_at=made.signed_at,
    )
    ReportKey.objects.create(report=report, wrapped=wrap(key))
    if prepared.content["insufficient"]:
        InsufficientSpecimen.objects.create(report=report, reason=prepared.content["insufficient"]["code"])
    signature = _sign(actor=actor, report=report, made=made, proof=proof)
    ReportDraft.objects.filter(case=case).delete()
    reason = prepared.amendment.reason if prepared.amendment is not None else ""
    step_case(case=case, to=_STATES[prepared.kind], by=actor, reason=reason)
    if prepared.amendment is not None:
        close_amendment(amendment=prepared.amendment, actor=actor)
    drop(case=case)
    record(
        actor=actor,
        action=Action.SIGN,
        target=report,
        reason=reason,
        after={
            "version": version,
            "kind": str(prepared.kind),
            "digest": report.digest,
            "signature": signature.digest,
            "method": signature.method,
        }
        | ({"insufficient": prepared.content["insufficient"]["code"]} if prepared.content["insufficient"] else {}),
        **scope_of(case),
    )
    transaction.on_commit(lambda: report_signed.send(sender=Report, report_id=report.pk))
    return report


def _sign(*, actor: User, report: Report, made: _Made, proof: Proof) -> Signature:
    block = {name: made.shown[name] for name in ("name", "role", "meaning", "method")}
    return Signature.objects.create(
        report=report,
        signer=actor,
        signer_name=block["name"],
        signer_role=block["role"],
        meaning=block["meaning"],
        signed_at=made.signed_at,
        method=block["method"],
        session_first=proof.session_first,
        digest=signature_digest(
            report=report.digest, signer=str(actor.pk), signed_at=made.signed_at.isoformat(), **block
        ),
    )
