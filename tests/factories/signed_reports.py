"""Signed reports written straight into the tables, sealed and signed as the service does, without its sign checks."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone

from cases.differential import differential
from cases.states import CaseState
from reports.canonical import canonical, sha256
from reports.changes import changes_between
from reports.content import MEANINGS, differential_content
from reports.models import Report, ReportKey, Signature
from reports.sealing import new_key, seal, wrap
from reports.signals import report_signed
from reports.verification import images_digest, report_digest, signature_digest

NORMAL = {"neutrophil": 60, "lymphocyte": 30, "monocyte": 10}
# With a WBC of 1.0 the neutrophils are 0.31.
NEUTROPENIC = {"neutrophil": 31, "lymphocyte": 60, "monocyte": 9}
PDF = b"%PDF-1.7 a file of a test"


def signed_report(case, by, *, counts=None, kind="original", wbc="1.0", reason="", interpretation="As counted."):
    """Sign the next version of the report of `case` by `by`; the case steps on, and the signal is sent."""
    previous = Report.objects.filter(case=case).order_by("-version").first()
    pk, now = uuid.uuid4(), timezone.now()
    content = _content(case, pk, kind, previous, counts or NORMAL, wbc, reason, interpretation)
    content["signature"] = {
        "meaning": MEANINGS[kind],
        "method": "password",
        "name": str(by),
        "role": by.get_role_display(),
        "signed_at": now.isoformat(),
        "signer": str(by.pk),
    }
    text, key = canonical(content), new_key()
    hashes = {
        "content_sha256": sha256(text),
        "pdf_sha256": sha256(PDF),
        "images_sha256": images_digest(content["images"]),
    }
    version = previous.version + 1 if previous else 1
    report = Report.objects.create(
        id=pk,
        case=case,
        version=version,
        kind=kind,
        previous=previous,
        reason_code="count" if previous else "",
        sealed=seal(key, text.encode()).decode("ascii"),
        pdf=ContentFile(seal(key, PDF), "report"),
        pdf_size=len(PDF),
        digest=report_digest(
            **hashes, version=version, kind=kind, case=str(case.pk), previous=previous.digest if previous else ""
        ),
        created_at=now,
        **hashes,
    )
    ReportKey.objects.create(report=report, wrapped=wrap(key))
    _sign(report, by, now)
    type(case).objects.filter(pk=case.pk).update(state=CaseState.SIGNED if kind == "original" else kind)
    case.refresh_from_db()
    report_signed.send(sender=Report, report_id=report.pk)
    return report


def _sign(report, by, now):
    block = {
        "name": str(by),
        "role": by.get_role_display(),
        "meaning": MEANINGS[report.kind],
        "method": "password",
    }
    Signature.objects.create(
        report=report,
        signer=by,
        signer_name=block["name"],
        signer_role=block["role"],
        meaning=block["meaning"],
        method=block["method"],
        signed_at=now,
        digest=signature_digest(report=report.digest, signer=str(by.pk), signed_at=now.isoformat(), **block),
    )


def _content(case, pk, kind, previous, counts, wbc, reason, interpretation):
    withdrawn = kind == "withdrawn"
    found = differential({} if withdrawn else counts, wbc=None if withdrawn or not wbc else Decimal(wbc))
    patient = case.patient
    content = {
        "case": {"accession_number": case.accession_number, "id": str(case.pk)},
        "cells": [],
        "comments": "",
        "count_reason": "",
        "differential": differential_content(found, case),
        "images": [],
        "interpretation": "" if withdrawn else interpretation,
        "patient": {
            "birth_date": patient.birth_date.isoformat(),
            "family_name": patient.family_name,
            "given_name": patient.given_name,
            "mrn": patient.mrn,
            "sex": str(patient.get_sex_display()),
        },
        "report": {
            "changes": [],
            "id": str(pk),
            "kind": kind,
            "previous": {"id": str(previous.pk), "version": previous.version} if previous else None,
            "reason": reason,
            "reason_code": "count" if previous else "",
            "reason_label": "Miscounted" if previous else "",
            "version": previous.version + 1 if previous else 1,
        },
    }
    if previous:
        content["report"]["changes"] = changes_between(previous.data, content)
    return content
