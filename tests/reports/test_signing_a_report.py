import io
import json

import pytest
from pypdf import PdfReader

from reports.verification import verify_report
from tests.reports.conftest import needs_pango

pytestmark = [pytest.mark.django_db, needs_pango]


def test_a_signed_report_holds_and_says_who_signed(report, case, pavel):
    case.refresh_from_db()
    assert case.state == "signed"
    assert verify_report(report).intact
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(report.read_pdf())).pages)
    assert pavel.full_name in text
    assert report.content_sha256 in text.replace("\n", "")
    assert json.loads(report.content)["differential"]["n"] == 100
