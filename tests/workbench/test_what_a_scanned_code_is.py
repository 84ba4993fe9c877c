"""A scanned code opens the case it is of, takes the order that waits under it, or is filled in where it has the right form."""

import pytest

from accounts.services import update_organisation
from audit.models import AuditEvent
from cases.services.orders import receive_order
from cases.services.restrictions import restrict_patient
from tests.factories.cases import CaseFactory, PatientFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(riverside):
    return CaseFactory(clinic=riverside, accession_number="A-2026-14")


@pytest.fixture
def order(amina, riverside):
    patient = PatientFactory(organisation=riverside)
    return receive_order(actor=amina, patient=patient, placer_number="ORD-7", specimen_id="TUBE-7")


@pytest.fixture
def say(central, ines):
    """`say(pattern, strip)` is what an administrator of the laboratory says of its numbers."""

    def said(pattern="", strip=""):
        update_organisation(
            actor=ines,
            organisation=central,
            name=central.name,
            is_active=True,
            accession_pattern=pattern,
            accession_strip=strip,
        )

    return said


@pytest.fixture
def scan(client, amina):
    client.force_login(amina)
    return lambda code: client.post("/scan/", {"code": code}).json()


def test_the_number_of_a_case_opens_it(scan, case):
    assert scan(" a-2026-14\r\n")["address"] == f"/cases/{case.pk}/"


@pytest.mark.parametrize("code", ["ORD-7", "TUBE-7", "\x1dORD-7"])
def test_the_number_of_an_order_is_taken_for_the_new_case(scan, order, code):
    assert scan(code)["order"] == str(order.pk)


def test_a_number_that_two_orders_have_is_none_of_them(scan, amina, order):
    receive_order(actor=amina, patient=order.patient, placer_number="ORD-8", specimen_id="TUBE-7")
    assert scan("TUBE-7")["is"] == "number"


def test_what_nobody_here_knows_is_filled_in(scan):
    answer = scan("A-2026-15")
    assert (answer["is"], answer["value"]) == ("number", "A-2026-15")
    assert "not known here" in answer["sentence"]


def test_a_case_of_another_clinic_is_not_known_here(scan, hilltop, case):
    CaseFactory(clinic=hilltop, accession_number="A-2026-16")
    assert scan("A-2026-16") == {key: value.replace("15", "16") for key, value in scan("A-2026-15").items()}


def test_a_case_of_a_restricted_patient_is_not_known_here(scan, ines, case):
    from cases.services.cases import cancel_case

    cancel_case(actor=ines, case=case, reason="Opened twice by mistake.")
    restrict_patient(actor=ines, patient=case.patient, reason="The patient asked for it.")
    assert scan("A-2026-14")["is"] == "number"


def test_the_start_that_the_laboratory_leaves_out_is_left_out(scan, say, case):
    say(strip="LAB:")
    assert scan("LAB:A-2026-14")["is"] == "case"
    assert scan("LAB:A-2026-15")["value"] == "A-2026-15"


def test_a_code_of_another_form_is_shown_and_not_filled_in(scan, say):
    say(pattern=r"[A-Z]-\d{4}-\d+")
    answer = scan("4006381333931")
    assert answer["is"] == "other"
    assert "value" not in answer
    assert "4006381333931 is not of the form" in answer["sentence"]


def test_what_is_known_needs_no_form(scan, say, order):
    say(pattern=r"[A-Z]-\d{4}-\d+")
    assert scan("ORD-7")["is"] == "order"


@pytest.mark.parametrize("code", ["https://example.org/A-1", "A 1", "Ä-1", "9" * 65, "x" * 9000])
def test_what_no_case_may_be_called_is_not_filled_in(scan, code):
    assert scan(code)["is"] == "other"


def test_nothing_read_is_said(client, amina):
    client.force_login(amina)
    answer = client.post("/scan/", {"code": " \x1d "})
    assert (answer.status_code, answer.json()["sentence"]) == (422, "Nothing was read.")


def test_who_opens_no_cases_scans_none(client, olga):
    client.force_login(olga)
    assert client.post("/scan/", {"code": "A-1"}).status_code == 403


def test_the_audit_trail_keeps_that_a_code_was_scanned_and_not_what_it_said(scan, case):
    scan("A-2026-14")
    event = AuditEvent.objects.filter(action="search").latest("pk")
    assert event.after == {"terms": ["scanned_code"], "found": 1}
