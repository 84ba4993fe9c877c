"""What a report says of somebody whose birth date is not known to the day, and what its signer compares instead."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from cases.models import Patient
from cases.partial_date import PartialDate
from reports.services.preparing import prepare_report
from tests.reports.conftest import complete_draft, needs_pango, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def born(case):
    """`born(written)`: the case of a patient with what is known of their birth date."""

    def change(written):
        patient = Patient.objects.get(pk=case.patient_id)
        patient.born = PartialDate.parse(written)
        patient.save()
        case.refresh_from_db()
        return case

    return change


def identity(case, pavel, identifiers):
    complete_draft(case, pavel, identifiers=identifiers)
    prepared = prepare_report(actor=pavel, case=case)
    check = next(check for check in prepared.checks if check.code == "identity")
    return check.passed, prepared.content["identity_confirmed"]


@pytest.mark.parametrize("written", ["", "1961", "1961-03"])
def test_it_is_no_identifier(born, pavel, written):
    case = born(written)
    assert identity(case, pavel, ["name", "birth_date"]) == (False, ["name"])
    assert identity(case, pavel, ["name", "mrn", "birth_date"]) == (True, ["mrn", "name"])


def test_one_known_to_the_day_is(born, pavel):
    assert identity(born("1961-03-05"), pavel, ["name", "birth_date"]) == (True, ["birth_date", "name"])


def test_the_sign_page_offers_the_others(born, pavel, client):
    case = born("1961")
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/cases/{case.pk}/sign/").content.decode()
    assert 'value="birth_date"' not in page
    assert "does not tell people apart here (1961)" in page


def test_no_range_stands_beside_a_result_of_unknown_age(born, pavel):
    content = prepare_report(actor=pavel, case=born("")).content
    assert {row["reference"] for row in content["differential"]["rows"]} == {""}
    assert {row["flag"] for row in content["differential"]["rows"]} == {""}
    assert content["patient"]["birth_date"] == ""


@needs_pango
@pytest.mark.parametrize(
    ("written", "shown"), [("", "Birth date unknown"), ("1961-03", "03/1961"), ("1961", "born 1961")]
)
def test_page_and_pdf_say_what_is_known(born, pavel, client, written, shown):
    report = signed(born(written), pavel)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(report.read_pdf())).pages)
    assert shown in text
    client.force_login(pavel, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert shown.removeprefix("born ") in client.get(f"/reports/{report.pk}/").content.decode()
