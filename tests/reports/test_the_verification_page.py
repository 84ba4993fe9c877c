"""Anybody learns whether a report is current, from its hash or its file, and nothing about the patient."""

import io
import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import AuditEvent
from reports.models import ReportKind
from reports.selectors.lookup import Standing, look_up_file, look_up_hash
from reports.services.check_limit import MOST_A_MINUTE
from reports.views import verify
from tests.factories.reports import next_version

pytestmark = pytest.mark.django_db


def ask(client, **given):
    return client.post("/verify/", given)


def test_a_pasted_hash_is_current_and_no_patient_is_shown(client, report, case):
    for value in (
        report.content_sha256,
        report.pdf_sha256.upper(),
        f"SHA-256 {report.digest}",
        " ".join(report.digest),
    ):
        page = ask(client, hash=value).content.decode()
        assert "Current." in page
        for secret in (case.patient.family_name, case.patient.mrn, case.accession_number):
            assert secret not in page
    assert AuditEvent.objects.filter(action="verify", object_id=str(report.pk)).count() == 4


def test_files_are_known_by_their_bytes(client, report):
    pdf = SimpleUploadedFile("x.pdf", report.read_pdf(), content_type="application/pdf")
    assert "Current." in ask(client, file=pdf).content.decode()
    assert look_up_file(report.content.encode()).standing == Standing.CURRENT
    assert look_up_file(json.dumps(json.loads(report.content), indent=2).encode()).standing == Standing.CURRENT
    changed = report.content.replace("Normal picture.", "Another picture")
    assert look_up_file(changed.encode()).standing == Standing.UNKNOWN
    assert look_up_file(report.read_pdf() + b"x").is_copy


def test_an_old_version_is_superseded_and_a_withdrawn_one_said_to_be(client, report, case, pavel):
    next_version(case, pavel, kind=ReportKind.APPENDED, comments="More.")
    assert "Superseded." in ask(client, hash=report.content_sha256).content.decode()
    next_version(case, pavel, kind=ReportKind.WITHDRAWN)
    assert look_up_hash(report.content_sha256).standing == Standing.WITHDRAWN


@pytest.mark.parametrize("value", ["0" * 64, "not a hash", "\x00", "é" * 64])
def test_what_is_not_ours_is_unknown(client, db, value):
    answer = ask(client, hash=value)
    assert answer.status_code in {200, 422}
    assert "Current." not in answer.content.decode()
    assert not AuditEvent.objects.filter(action="verify").exists()


@pytest.mark.parametrize("content", [b"%PDF-1.7 " + b"%%EOF" * 100, b"{" * 5000, b'{"a": 1.5}', b"\xff\xfe"])
def test_hostile_files_are_unknown(db, content):
    assert look_up_file(content).standing == Standing.UNKNOWN


def test_nothing_given_and_too_often_are_told(client, db):
    assert ask(client).status_code == 422
    cache.clear()
    for _ in range(MOST_A_MINUTE):
        assert ask(client, hash="0" * 64).status_code == 200
    assert ask(client, hash="0" * 64).status_code == 429


def test_a_large_file_is_refused_without_being_read(client, db, monkeypatch):
    monkeypatch.setattr(verify, "MOST_BYTES", 10)
    big = SimpleUploadedFile("x.pdf", io.BytesIO(b"%PDF-" + b"0" * 20).read())
    assert ask(client, file=big).status_code == 413
