"""Certificates as they are once issued, with a file that stands in for a PDF."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.utils import timezone

from education.competence import Reading
from education.models import Attempt, AttemptState, Certificate, CertificateRequest
from education.passing import judge_quiz
from education.presenters.certificate_content import signed_content, unsigned_content
from reports.canonical import canonical, sha256
from tests.factories.teaching import teaching_set

if TYPE_CHECKING:
    from accounts.models import Organisation, User


def issued_certificate(student: User, issuer: User, laboratory: Organisation) -> Certificate:
    """A certificate of an attempt whose answers are not there any more."""
    now, pk = timezone.now(), uuid.uuid4()
    made = teaching_set(laboratory=laboratory, certificate=True, title="Course of last year")
    attempt = Attempt.objects.create(
        teaching_set=made, student=student, seed=1, state=AttemptState.FINISHED, started_at=now, finished_at=now
    )
    readings = [Reading(code, code, now.date()) for code in ("neutrophil", "monocyte") for _ in range(50)]
    asked = CertificateRequest(attempt=attempt, laboratory=laboratory)
    content = signed_content(
        unsigned_content(asked, judge_quiz(readings)), pk=pk, signer=issuer, method="password", at=now
    )
    certificate = Certificate(
        id=pk,
        attempt=attempt,
        student=student,
        laboratory=laboratory,
        content=content,
        content_hash=sha256(canonical(content)),
        pdf_hash=sha256(b"%PDF-1.7"),
        issued_by=issuer,
        issued_at=now,
    )
    certificate.pdf.save("", ContentFile(b"%PDF-1.7"), save=False)
    certificate.save()
    return certificate
