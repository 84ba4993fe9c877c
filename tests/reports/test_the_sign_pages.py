"""Signing as a person does: the sign page, the preview, the password, and what happens when something is not right."""

import csv
import datetime as dt
import io

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from audit.models import AuditEvent
from cases.models import Cell
from reports.models import Report, ReportDraft, Signature
from reports.services import reauthentication
from tests.factories.analysed_cases import reviewed_case
from tests.factories.cases import CaseFactory
from tests.factories.reports import signed_report
from tests.people import PASSWORD
from tests.reports.conftest import complete_draft, needs_pango

pytestmark = [pytest.mark.django_db, needs_pango]

COMPLETE = {
    "interpretation": "Normal picture.",
    "quality_accepted": "on",
    "identifiers": ["name", "mrn"],
    "then": "preview",
}


@pytest.fixture
def browser(client, pavel):
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def preview_of(browser, case):
    page = browser.get(f"/cases/{case.pk}/sign/preview/")
    assert page.status_code == 200
    return page.context["prepared"].preview


def sign(browser, case, **given):
    preview = given.pop("preview", None) or preview_of(browser, case)
    return browser.post(f"/cases/{case.pk}/sign/preview/", {"preview": preview, "password": PASSWORD, **given})


def test_from_the_checks_to_the_signed_page(browser, case, pavel):
    page = browser.get(f"/cases/{case.pk}/sign/")
    assert "tick them" in page.content.decode()
    assert browser.post(f"/cases/{case.pk}/sign/", {"then": "preview"}).status_code == 422
    assert browser.post(f"/cases/{case.pk}/sign/", COMPLETE).url == f"/cases/{case.pk}/sign/preview/"
    preview = browser.get(f"/cases/{case.pk}/sign/preview/")
    html = preview.content.decode()
    assert "Normal picture." in html
    assert 'type="password"' in html
    assert PASSWORD not in html
    answer = sign(browser, case)
    report = Report.objects.get()
    assert answer.url == f"/reports/{report.pk}/"
    assert "Verified just now" in browser.get(answer.url).content.decode()
    assert report.signature.method == "password"
    assert browser.get(f"/cases/{case.pk}/report/").url == answer.url
    assert browser.get(f"/cases/{case.pk}/report.csv").url == f"/reports/{report.pk}.csv"
    assert "Version 1" in browser.get(f"/cases/{case.pk}/").content.decode()


def test_a_draft_outlives_the_session(browser, case, client):
    browser.post(f"/cases/{case.pk}/sign/", {**COMPLETE, "interpretation": "Half a sen", "then": "save"})
    browser.logout()
    browser.force_login(case.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Half a sen" in browser.get(f"/cases/{case.pk}/sign/").content.decode()
    assert "Half a sen" not in str(list(ReportDraft.objects.extra(select={"raw": "interpretation"}).values("raw")))


def test_the_preview_comes_as_a_pdf_that_says_so(browser, case, pavel):
    complete_draft(case, pavel)
    answer = browser.get(f"/cases/{case.pk}/sign/preview.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert case.patient.family_name not in answer["Content-Disposition"]
    assert not Report.objects.exists()


def test_a_wrong_password_signs_nothing_and_counts_towards_the_lock_out(browser, case, pavel, settings):
    complete_draft(case, pavel)
    preview = preview_of(browser, case)
    answer = sign(browser, case, preview=preview, password="wrong")
    assert answer.status_code == 403
    assert "Nothing was signed" in answer.content.decode()
    assert AuditEvent.objects.filter(action="sign_in_failed").exists()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = sign(browser, case, preview=preview, password="wrong")
    assert answer.status_code == 429
    assert sign(browser, case, preview=preview).status_code in {403, 429}
    assert not Report.objects.exists()


def test_the_first_signature_takes_both_factors_and_later_ones_the_password(browser, case, pavel, riverside, code_for):
    secret = generate_totp_secret()
    TOTP.activate(pavel, secret)
    complete_draft(case, pavel)
    assert sign(browser, case).status_code == 403
    assert sign(browser, case, code="000000").status_code == 403
    assert sign(browser, case, code=code_for(secret)).status_code == 302
    assert Signature.objects.get().method == "password_and_code"
    second = reviewed_case(riverside, pavel)
    complete_draft(second, pavel)
    page = browser.get(f"/cases/{second.pk}/sign/preview/").content.decode()
    assert 'name="code"' not in page
    assert sign(browser, second).status_code == 302
    later = Signature.objects.get(report__case=second)
    assert (later.method, later.session_first) == ("password", False)


def test_after_a_break_every_component_is_asked_for_again(browser, case, pavel, riverside, code_for):
    secret = generate_totp_secret()
    TOTP.activate(pavel, secret)
    complete_draft(case, pavel)
    assert sign(browser, case, code=code_for(secret)).status_code == 302
    session = browser.session
    mark = session[reauthentication._SESSION_KEY]
    before = timezone.now() - reauthentication.BREAK - dt.timedelta(seconds=1)
    session[reauthentication._SESSION_KEY] = {**mark, "at": before.isoformat()}
    session.save()
    second = reviewed_case(riverside, pavel)
    complete_draft(second, pavel)
    assert sign(browser, second).status_code == 403
    assert Report.objects.count() == 1


def test_a_recovery_code_is_used_up(browser, case, pavel):
    TOTP.activate(pavel, generate_totp_secret())
    codes = RecoveryCodes.activate(pavel).get_unused_codes()
    complete_draft(case, pavel)
    assert sign(browser, case, code=codes[0]).status_code == 302
    assert Signature.objects.get().method == "password_and_recovery_code"
    row = Authenticator.objects.get(user=pavel, type="recovery_codes")
    assert codes[0] not in row.wrap().get_unused_codes()


def test_where_a_second_factor_is_demanded_nobody_signs_without_one(browser, case, pavel, settings):
    complete_draft(case, pavel)
    preview = preview_of(browser, case)
    settings.HEMATOVISION_REQUIRE_MFA = True
    answer = sign(browser, case, preview=preview)
    assert answer.status_code == 302
    assert not Report.objects.exists()


def test_a_case_that_changed_after_the_preview_answers_409(browser, case, pavel):
    complete_draft(case, pavel)
    preview = preview_of(browser, case)
    Cell.objects.filter(image__case=case, ordinal=1).update(label="monocyte", revision=1)
    answer = sign(browser, case, preview=preview)
    assert answer.status_code == 409
    assert "The case changed" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_second_tab_and_the_back_button_find_it_signed(browser, case, pavel):
    complete_draft(case, pavel)
    preview = preview_of(browser, case)
    assert sign(browser, case, preview=preview).status_code == 302
    answer = sign(browser, case, preview=preview)
    assert answer.status_code == 409
    assert browser.get(f"/cases/{case.pk}/sign/").status_code == 409
    assert Report.objects.count() == 1


def test_without_pango_everything_works_but_signing(browser, case, pavel, monkeypatch):
    from reports.checks import check_pdf

    complete_draft(case, pavel)
    preview = preview_of(browser, case)
    for module in ("reports.pdf.rendering", "reports.services.sign_checks", "reports.views.sign"):
        monkeypatch.setattr(f"{module}.pdf_problem", lambda: "OSError")
    monkeypatch.setattr("reports.checks.pango_is_there", lambda: False)
    page = browser.get(f"/cases/{case.pk}/sign/")
    assert page.status_code == 200
    assert "Pango is missing, so nothing can be signed" in page.content.decode()
    assert sign(browser, case, preview=preview).status_code == 409
    assert browser.get(f"/cases/{case.pk}/sign/preview.pdf").status_code == 503
    assert [message.id for message in check_pdf()] == ["reports.W001"]
    assert not Report.objects.exists()


def test_texts_of_the_laboratory_reach_the_sign_page(browser, case, client, pavel, nadia):
    browser.post(
        "/reports/templates/",
        {"part": "comment", "title": "Smudge", "text": "Smudge cells present.", "is_active": "on"},
    )
    assert "Smudge cells present." in browser.get(f"/cases/{case.pk}/sign/").content.decode()
    again = browser.post(
        "/reports/templates/", {"part": "comment", "title": "Smudge", "text": "Other.", "is_active": "on"}
    )
    assert again.status_code == 409
    browser.force_login(nadia, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Smudge" not in browser.get("/reports/templates/").content.decode()


def test_the_clinic_reads_and_takes_the_signed_report(client, amina, report):
    client.force_login(amina)
    assert client.get(f"/reports/{report.pk}/").status_code == 200
    json_file = client.get(f"/reports/{report.pk}.json")
    assert json_file.content.decode() == report.content
    assert client.get(f"/reports/{report.pk}.pdf").content == report.read_pdf()
    lines = client.get(f"/reports/{report.pk}.csv").content.decode()
    assert "neutrophil,70,70,60.0,78.8" in lines
    exports = AuditEvent.objects.filter(action="export", object_id=str(report.pk))
    assert exports.count() == 3
    assert exports.first().patient_id == report.case.patient_id


def test_the_csv_of_a_report_computes_nothing_that_somebody_wrote(client, amina, riverside, pavel):
    case = CaseFactory(clinic=riverside, ready=True)
    report = signed_report(case, pavel, interpretation="@SUM(A1:A9)")
    client.force_login(amina)
    rows = list(csv.reader(io.StringIO(client.get(f"/reports/{report.pk}.csv").content.decode())))
    assert ["interpretation", "'@SUM(A1:A9)"] in rows


def test_another_clinic_finds_nothing(client, bora, report):
    client.force_login(bora)
    for address in (f"/reports/{report.pk}/", f"/reports/{report.pk}.pdf", f"/reports/{report.pk}.json"):
        assert client.get(address).status_code == 404
