"""A label that is not of the case holds it back until somebody says why; what was said stays with the case."""

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from accounts.services import update_organisation
from audit.models import AuditEvent
from cases.models import LabelCheck
from cases.services.cases import submit_case, update_case
from cases.services.label_checks import check_label, confirm_label
from cases.services.orders import open_case_of_order, receive_order
from hematovision.errors import Conflict, Unprocessable
from tests.factories.cases import CaseFactory, PatientFactory, SmearImageFactory

pytestmark = pytest.mark.django_db
WHY = "The label was printed before the number was corrected."


@pytest.fixture
def draft(amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina, accession_number="A-2026-14")
    SmearImageFactory(case=case)
    return case


def compare(client, case, code):
    return client.post(reverse("workbench:check_label", args=[case.pk]), {"code": code})


def page(client, case):
    return client.get(f"/cases/{case.pk}/").content.decode()


@pytest.mark.parametrize("code", ["A-2026-14", " a-2026-14\x1d"])
def test_a_label_of_the_case_is_said_to_be(client, amina, draft, code):
    client.force_login(amina)
    answer = compare(client, draft, code)
    assert answer.url == f"/cases/{draft.pk}/#label"
    assert "it is this case" in page(client, draft)
    submit_case(actor=amina, case=draft)


def test_another_label_holds_the_case_back(client, amina, draft):
    client.force_login(amina)
    compare(client, draft, "A-2026-15")
    shown = page(client, draft)
    assert "<strong>A-2026-15</strong>, and this case is <strong>A-2026-14</strong>" in shown
    refused = client.post(reverse("workbench:submit_case", args=[draft.pk]), {"identity": "confirmed"})
    assert refused.status_code == 409
    assert "The label of the slide is not of this case." in refused.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_reason_lets_it_go_and_the_laboratory_sees_it(client, amina, pavel, draft):
    client.force_login(amina)
    compare(client, draft, "A-2026-15")
    check = LabelCheck.objects.get()
    address = reverse("workbench:confirm_label", args=[draft.pk])
    short = client.post(address, {"check": check.pk, "reason": "yes"})
    assert short.status_code == 422
    assert 'value="yes"' in short.content.decode()
    assert client.post(address, {"check": check.pk, "reason": WHY}).status_code == 302
    client.post(reverse("workbench:submit_case", args=[draft.pk]), {"identity": "confirmed"})
    draft.refresh_from_db()
    assert draft.state != "draft"
    assert WHY in draft.transitions.get(to_state="submitted").reason
    client.force_login(pavel)
    shown = page(client, draft)
    assert "A-2026-15" in shown
    assert WHY in shown


def test_the_right_slide_scanned_afterwards_lets_it_go(amina, draft):
    check_label(actor=amina, case=draft, text="A-2026-15")
    check_label(actor=amina, case=draft, text="A-2026-14")
    submit_case(actor=amina, case=draft)
    assert draft.transitions.get(to_state="submitted").reason == ""


def test_a_number_corrected_afterwards_counts_as_it_is_now(amina, draft):
    check_label(actor=amina, case=draft, text="A-2026-15")
    update_case(actor=amina, case=draft, accession_number="A-2026-15")
    submit_case(actor=amina, case=draft)


def test_a_number_changed_after_a_label_agreed_is_compared_again(amina, draft):
    check_label(actor=amina, case=draft, text="A-2026-14")
    update_case(actor=amina, case=draft, accession_number="A-2026-15")
    with pytest.raises(Conflict):
        submit_case(actor=amina, case=draft)


@pytest.mark.parametrize("code", ["ORD-7", "TUBE-7"])
def test_labels_carry_numbers_of_the_order_too(amina, riverside, code):
    patient = PatientFactory(organisation=riverside)
    order = receive_order(actor=amina, patient=patient, placer_number="ORD-7", specimen_id="TUBE-7")
    case = open_case_of_order(actor=amina, order=order).case
    assert check_label(actor=amina, case=case, text=code).agreed


def test_the_start_that_the_laboratory_leaves_out_is_left_out(amina, ines, central, draft):
    update_organisation(actor=ines, organisation=central, name=central.name, is_active=True, accession_strip="LAB:")
    draft.refresh_from_db()
    assert check_label(actor=amina, case=draft, text="LAB:A-2026-14").agreed


@pytest.mark.parametrize("text", ["", " \x1d", "x" * 501])
def test_nothing_that_a_label_says_is_refused(amina, draft, text):
    with pytest.raises(Unprocessable):
        check_label(actor=amina, case=draft, text=text)


def test_a_reason_is_for_the_label_that_was_shown(amina, draft):
    shown = check_label(actor=amina, case=draft, text="A-2026-15")
    check_label(actor=amina, case=draft, text="A-2026-16")
    with pytest.raises(Conflict):
        confirm_label(actor=amina, case=draft, check=shown.pk, reason=WHY)


def test_it_is_over_with_the_draft(amina, draft):
    submit_case(actor=amina, case=draft)
    with pytest.raises(Conflict):
        check_label(actor=amina, case=draft, text="A-2026-14")


def test_the_audit_trail_keeps_what_came_of_it_and_not_what_the_label_said(amina, draft):
    row = check_label(actor=amina, case=draft, text="Okonkwo Adaeze 1961")
    event = AuditEvent.objects.get(object_id=str(row.pk))
    assert event.after["agreed"] is False
    assert "Okonkwo" not in str(event.after)


def test_what_was_said_is_kept_as_it_was_and_as_ciphertext(amina, draft):
    row = check_label(actor=amina, case=draft, text="Okonkwo Adaeze 1961")
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM cases_labelcheck")
        assert "Okonkwo" not in cursor.fetchone()[0]
    row.agreed = True
    with pytest.raises(DatabaseError):
        row.save()
