"""A form that is sent on a dead line is kept, said so, and goes when the line is back: once, and nothing of it is lost."""

import pytest
from playwright.sync_api import expect

from cases.models import Case, Patient
from tests.factories.cases import CaseFactory, PatientFactory

pytestmark = pytest.mark.usefixtures("transactional_db")


def fill_in(page, patient, number):
    page.goto("/cases/new/")
    page.get_by_label("Medical record number").fill(patient.mrn)
    page.get_by_role("button", name="Find patient").click()
    page.get_by_role("button", name="Choose another patient").wait_for()
    page.locator("#id_accession_number").fill(number)


def test_airplane_mode_in_the_middle_of_a_new_case(phone, amina):
    patient = PatientFactory(organisation=amina.organisation)
    phone.arrive(amina)
    fill_in(phone.page, patient, "A-2026-14")
    phone.go_offline()
    phone.page.get_by_role("button", name="Open the case").click()
    phone.page.wait_for_url("**/offline/?said=kept")
    expect(phone.page.get_by_text("The form is kept on this device, encrypted")).to_be_visible()
    assert [item["kind"] for item in phone.kept()] == ["form"]
    assert not Case.objects.exists()
    phone.go_online()
    expect(phone.page.get_by_text("Nothing waits on this device.")).to_be_visible()
    assert Case.objects.get().accession_number == "A-2026-14"
    assert Patient.objects.count() == 1
    assert phone.kept() == []


def test_a_number_that_was_taken_meanwhile_is_asked_about_and_nothing_is_lost(phone, amina):
    patient = PatientFactory(organisation=amina.organisation)
    phone.arrive(amina)
    fill_in(phone.page, patient, "A-2026-14")
    phone.page.locator("#id_clinical_question").fill("Unexplained monocytosis?")
    phone.go_offline()
    phone.page.get_by_role("button", name="Open the case").click()
    phone.page.wait_for_url("**/offline/?said=kept")
    CaseFactory(clinic=amina.organisation, accession_number="A-2026-14")
    phone.go_online()
    phone.page.get_by_role("button", name="Open the question").click()
    expect(phone.page.locator("#id_clinical_question")).to_have_value("Unexplained monocytosis?")
    phone.page.locator("#id_accession_number").fill("A-2026-15")
    phone.page.get_by_role("button", name="Open the case").click()
    expect(phone.page.get_by_text("Case A-2026-15 is open.")).to_be_visible()
    phone.page.goto("/offline/")
    expect(phone.page.get_by_text("Nothing waits on this device.")).to_be_visible()
    assert Case.objects.filter(patient=patient).count() == 1


def test_what_is_no_form_of_the_clinic_is_not_kept(phone, amina):
    phone.arrive(amina)
    phone.page.goto("/accounts/password/change/")
    phone.page.locator("[name=oldpassword]").fill("a secret that stays in the page")
    phone.go_offline()
    phone.page.locator("[name=oldpassword]").press("Enter")
    phone.page.wait_for_url("**/offline/?said=unsent")
    expect(phone.page.get_by_text("nothing was sent. Go back")).to_be_visible()
    assert phone.kept() == []
