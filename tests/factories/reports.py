"""Signed reports as rows, without the second it takes to lay a PDF out: for tests that ask who may see one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from audit.models import Action
from audit.services import record
from cases.differential import differential
from cases.models import Case
from cases.states import CaseState
from cases.storage import clinical_storage
from reports.canonical import canonical, sha256
from reports.models import InsufficientSpecimen, Report, ReportDraft, ReportKey, ReportKind, Signature
from reports.models.report import sealed_pdf_name
from reports.presenters.content import build_content, sign_content
from reports.sealing import new_key, seal, wrap
from reports.selectors.case_evidence import case_evidence
from reports.signals import report_signed
from reports.verification import images_digest, report_digest, signature_digest

PDF = b"%PDF-1.7\n% stands in for a report\n%%EOF\n"
NORMAL = {"neutrophil": 60, "lymphocyte": 30, "monocyte": 10}
NEUTROPENIC = {"neutrophil": 31, "lymphocyte": 60, "monocyte": 9}
"""At the white cell count of `signed_report`, 1.0, the neutrophils are 0.31."""


def signed_report(
    case: Case,
    by: User,
    *,
    kind: str = "original",
    counts: Mapping[str, int] = NORMAL,
    reason: str = "A test.",
    interpretation: str = "As counted.",
) -> Report:
    """The next version of the report of a case that needs neither pictures nor cells; it steps on and is sent on."""
    report = next_version(
        case, by, kind=ReportKind(kind), images=False, counts=counts, reason=reason, interpretation=interpretation
    )
    Case.objects.filter(pk=case.pk).update(state=CaseState.SIGNED if kind == "original" else kind)
    case.refresh_from_db()
    report_signed.send(sender=Report, report_id=report.pk)
    return report


def next_version(
    case: Case,
    by: User,
    *,
    kind: ReportKind = ReportKind.ORIGINAL,
    images: bool = True,
    counts: Mapping[str, int] | None = None,
    reason: str = "A test.",
    **texts: str,
) -> Report:
    """The next version of a case's report, signed by `by`; it verifies like one that was signed on the page.

    Without `images` it lists none: for cases whose pictures are not the files they are said to be. `counts` says the
    differential, at 1.0 x 10^9/L white cells, where the case has not the cells for it.
    """
    previous = Report.objects.filter(case=case).order_by("-version").first()
    now, pk, key = timezone.now(), uuid.uuid4(), new_key()
    draft = ReportDraft(case=case, by=by, quality_accepted=True, identifiers=["name", "mrn"], **texts)
    evidence = case_evidence(case)
    if counts is not None:
        evidence = replace(evidence, differential=differential(counts, wbc=Decimal("1.0")))
    why = {} if previous is None else {"reason_code": "other", "reason_label": "Other", "reason": reason}
    content = build_content(
        report_id=pk, case=case, evidence=evidence, draft=draft, kind=kind, previous=previous, **why
    )
    if not images:
        content["images"] = []
    content = sign_content(content, signer=by, kind=kind, method="password", at=now)
    text = canonical(content)
    version = content["report"]["version"]
    bound = {
        "content_sha256": sha256(text),
        "pdf_sha256": sha256(PDF),
        "images_sha256": images_digest(content["images"]),
    }
    report = Report.objects.create(
        id=pk,
        case=case,
        version=version,
        kind=kind,
        previous=previous,
        reason_code=why.get("reason_code", ""),
        sealed=seal(key, text.encode()).decode(),
        pdf=clinical_storage().save(sealed_pdf_name(None, ""), ContentFile(seal(key, PDF))),
        pdf_size=len(PDF),
        created_at=now,
        digest=report_digest(
            **bound,
            version=version,
            kind=str(kind),
            case=str(case.pk),
            previous=previous.digest if previous else "",
        ),
        **bound,
    )
    ReportKey.objects.create(report=report, wrapped=wrap(key))
    if content["insufficient"]:
        InsufficientSpecimen.objects.create(report=report, reason=content["insufficient"]["code"])
    shown = {name: content["signature"][name] for name in ("name", "role", "meaning", "method")}
    Signature.objects.create(
        report=report,
        signer=by,
        signer_name=shown["name"],
        signer_role=shown["role"],
        meaning=shown["meaning"],
        method=shown["method"],
        signed_at=now,
        digest=signature_digest(report=report.digest, signer=str(by.pk), signed_at=now.isoformat(), **shown),
    )
    record(actor=by, action=Action.SIGN, target=report, after={"version": version, "digest": report.digest})
    return report
