"""A report is in the language of its laboratory, whoever signs it and whoever opens it, and stays in it."""

from __future__ import annotations

import io
import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from accounts.services import update_organisation
from accounts.verification import check_places, organisation_digest
from audit.models import AuditEvent
from cases.states import CaseState
from hematovision.errors import Unprocessable
from hematovision.verifications import Finding
from reports.models import ReportKind
from reports.presenters.changes import changes_between
from reports.presenters.content import order_content, request_content
from reports.services.preparing import prepare_report
from reports.verification import verify_report
from review.services.amendments import open_amendment
from tests.factories import reports as factory
from tests.factories.languages import mark_language
from tests.factories.orders import waiting_order
from tests.factories.reports import next_version
from tests.reports.conftest import complete_draft, needs_pango, signed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def languages(monkeypatch):
    """French and Spanish in which every sentence says which it is."""
    mark_language(monkeypatch, "fr")
    mark_language(monkeypatch, "es")


@pytest.fixture
def french(case):
    """The case's laboratory, whose reports are in French."""
    case.laboratory.report_language = "fr"
    case.laboratory.save(update_fields=["report_language"])
    return case.laboratory


def words_in(value, path=""):
    """Every text of a content with where it stands."""
    if isinstance(value, dict):
        return [found for name, part in value.items() for found in words_in(part, f"{path}.{name}")]
    if isinstance(value, list):
        return [found for part in value for found in words_in(part, path)]
    return [(path, value)] if isinstance(value, str) else []


def reopen(case, by, kind):
    case.state = CaseState.SIGNED
    case.save(update_fields=["state"])
    return open_amendment(actor=by, case=case, kind=kind, reason_code="other", reason="A test.")


def test_what_is_signed_is_in_the_laboratorys_language_whoever_signs(case, pavel, french):
    complete_draft(case, pavel)
    with translation.override("es"):
        prepared = prepare_report(actor=pavel, case=case)
        content = next_version(case, pavel).data
    assert content["language"] == "fr"
    assert prepared.content["language"] == "fr"
    assert all("es:" not in text for _, text in words_in(prepared.content))
    assert content["differential"]["rows"][0]["label"] == "fr:Neutrophils"
    assert content["disclaimer"].startswith("fr:")
    assert content["patient"]["sex"].startswith("fr:")
    assert content["signature"]["meaning"] == "fr:Reviewed every cell and authorises this report"
    assert content["signature"]["role"] == "fr:Pathologist"
    assert [check.sentence[:3] for check in prepared.checks] == ["es:"] * len(prepared.checks)


def test_codes_and_what_people_wrote_are_the_same_in_all_languages(case, pavel, french):
    content = next_version(case, pavel, interpretation="Normal picture.").data
    marked = {path for path, text in words_in(content) if "fr:" in text}
    assert content["interpretation"] == "Normal picture."
    assert not {path for path in marked if path.endswith(("_code", ".code", ".id", ".ucum", ".method", ".kind"))}
    assert content["report"]["kind"] == "original"
    assert content["patient"]["sex_code"] == case.patient.sex


def test_a_report_in_another_language_verifies(case, pavel, french):
    report = next_version(case, pavel)
    assert report.signature.meaning.startswith("fr:")
    with translation.override("es"):
        assert verify_report(report).intact


def test_every_version_is_in_the_language_of_the_first(case, pavel, french):
    first = next_version(case, pavel, interpretation="As counted.")
    update_organisation(actor=None, organisation=french, name=french.name, is_active=True, report_language="es")
    case.refresh_from_db()
    second = next_version(case, pavel, kind=ReportKind.CORRECTED, interpretation="Counted again.")
    assert (first.language, second.language) == ("fr", "fr")
    assert [change["what"] for change in second.data["report"]["changes"]] == ["fr:Interpretation"]
    assert verify_report(first).intact


@pytest.mark.parametrize(("code", "changed"), [("female", []), ("male", ["Sex"])])
def test_a_word_that_was_translated_anew_is_no_change(report, code, changed):
    old = report.data | {"patient": report.data["patient"] | {"sex": "Woman", "sex_code": "female"}}
    new = report.data | {"patient": report.data["patient"] | {"sex": "Another word", "sex_code": code}}
    assert [change["what"] for change in changes_between(old, new)] == changed


def test_a_report_from_before_there_was_a_choice_is_in_english_and_verifies(case, pavel, monkeypatch):
    build = factory.build_content

    def without_language(**given):
        return {name: value for name, value in build(**given).items() if name != "language"}

    with monkeypatch.context() as patched:
        patched.setattr(factory, "build_content", without_language)
        old = next_version(case, pavel)
    case.laboratory.report_language = "fr"
    case.laboratory.save(update_fields=["report_language"])
    assert "language" not in old.data
    assert old.language == "en"
    assert verify_report(old).intact
    assert next_version(case, pavel, kind=ReportKind.CORRECTED, interpretation="Again.").language == "en"


def test_the_page_is_in_the_language_of_whoever_reads_and_the_report_in_its_own(case, pavel, french, client):
    report = next_version(case, pavel)
    pavel.language = "es"
    pavel.save(update_fields=["language"])
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/reports/{report.pk}/").content.decode()
    before, sheet, after = re.split(r'(<article class="sheet-paper".*?</article>)', page, flags=re.DOTALL)
    assert '<html lang="es"' in before
    assert sheet.startswith('<article class="sheet-paper" lang="fr" dir="ltr">')
    assert "fr:Blood smear differential" in sheet
    assert "es:" not in sheet
    assert "es:Versions" in after
    assert "fr:" not in after.replace("fr:Pathologist", "")


def test_what_a_person_wrote_stands_in_the_report(case, pavel, french, client):
    words = {"quality_remark": "Drawn.", "comments": "Few.", "interpretation": "Normal.", "count_reason": "Enough."}
    report = next_version(case, pavel, counts={"neutrophil": 40}, **words)
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/reports/{report.pk}/").content.decode()
    paper = render_to_string("reports/pdf.html", {"content": report.data})
    for shown in (page, paper):
        assert [text for text in words.values() if text not in shown] == []


@needs_pango
def test_the_file_is_in_it_too_and_a_copy_is_marked_in_it(case, pavel, french, client):
    report = signed(case, pavel)
    case.refresh_from_db()
    file = PdfReader(io.BytesIO(report.read_pdf()))
    assert "fr:Clinical" in file.pages[0].extract_text() or "fr:Differential" in file.pages[0].extract_text()
    assert file.trailer["/Root"]["/Lang"] == "fr"
    assert report.signature.signer_role == "fr:Pathologist"
    assert verify_report(report, thorough=True).intact
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    reopen(case, pavel, "appended")
    signed(case, pavel, comments="More.")
    copy = PdfReader(io.BytesIO(client.get(reverse("reports:report_pdf", args=[report.pk])).content))
    assert "fr:SUPERSEDED" in copy.pages[0].extract_text()


def test_what_other_systems_are_told_before_a_signature_is_in_english(case, amina, french):
    order = waiting_order(amina)
    with translation.override("es"):
        told = [*words_in(request_content(case)), *words_in(order_content(order))]
    assert not [text for _, text in told if "es:" in text or "fr:" in text]


def test_an_administrator_chooses_the_language_on_record(riverside):
    laboratory = riverside.refers_to
    before = organisation_digest(laboratory)
    laboratory.report_language = "en"
    assert organisation_digest(laboratory) == before
    update_organisation(actor=None, organisation=laboratory, name=laboratory.name, is_active=True, report_language="fr")
    event = AuditEvent.objects.filter(object_id=str(laboratory.pk)).latest("id")
    assert (event.before["report_language"], event.after["report_language"]) == ("en", "fr")
    laboratory.refresh_from_db()
    assert organisation_digest(laboratory) != before
    assert not [found for found in check_places() if isinstance(found, Finding)]
    with pytest.raises(Unprocessable):
        update_organisation(
            actor=None, organisation=laboratory, name=laboratory.name, is_active=True, report_language="xx"
        )
