"""From an empty worklist to an open case: find the patient, be warned of a double, fill in the specimen."""

from datetime import date

import pytest
from playwright.sync_api import expect

from cases.models import Case, Patient
from cases.services.patients import register_patient
from tests.browser.conftest import PHONE


@pytest.fixture
def known(transactional_db, amina):
    return register_patient(
        actor=amina, mrn="R-100", family_name="Okafor", given_name="Ngozi", birth_date=date(1984, 5, 17), sex="female"
    )


def test_an_empty_first_page_says_what_to_do_first(open_as, amina):
    page = open_as(amina)
    page.goto("/")
    expect(
        page.get_by_text("Open a case, take about ten fields where the red cells just touch, and submit it.")
    ).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="New case").last.click()
    expect(page.get_by_role("heading", name="New case")).to_be_visible()


def test_a_known_patient_is_found_by_record_number(open_as, amina, known):
    page = open_as(amina)
    page.goto("/cases/new/")
    page.get_by_label("Medical record number").fill("r-100")
    page.get_by_label("Medical record number").press("Enter")
    expect(page.get_by_text("Okafor, Ngozi")).to_be_visible()
    page.get_by_role("textbox", name="Accession number").fill("S26-1")
    page.get_by_text("Stat", exact=True).click()
    page.get_by_label("Stain").select_option("giemsa")
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url("**/cases/*-*/")
    expect(page.get_by_text("Case S26-1 is open")).to_be_visible()
    case = Case.objects.get()
    assert (case.patient, case.priority, case.stain, case.state) == (known, "stat", "giemsa", "draft")
    assert str(case.pk) in page.url


def test_a_new_patient_who_looks_like_a_known_one_must_be_acknowledged(open_as, amina, known):
    page = open_as(amina)
    page.goto("/cases/new/")
    page.get_by_label("Clinical question").fill("Unexplained monocytosis")
    page.get_by_label("Medical record number").fill("R-200")
    page.get_by_role("button", name="Find patient").click()
    expect(page.get_by_text("No patient of your clinic has the MRN R-200")).to_be_visible()
    page.get_by_label("Family name").fill("Okafor")
    page.get_by_label("Given name").fill("Ngozi")
    page.get_by_label("Date of birth").fill("1984-05-17")
    page.get_by_role("textbox", name="Accession number").fill("S26-2")
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_text("may be the same person")).to_be_visible()
    expect(page.get_by_text("MRN R-100")).to_be_visible()
    assert Patient.objects.count() == 1
    expect(page.get_by_label("Clinical question")).to_have_value("Unexplained monocytosis")
    page.get_by_label("I checked: this is a different person.").check()
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url("**/cases/*-*/")
    case = Case.objects.get()
    assert (case.patient.mrn, case.clinical_question) == ("R-200", "Unexplained monocytosis")


def test_the_warning_offers_the_known_patient(open_as, amina, known):
    page = open_as(amina, size=PHONE)
    page.goto("/cases/new/")
    page.get_by_label("Medical record number").fill("R-300")
    page.get_by_role("button", name="Find patient").click()
    page.get_by_label("Family name").fill("Okafor")
    page.get_by_label("Given name").fill("Ngozi")
    page.get_by_label("Date of birth").fill("1984-05-17")
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("button", name="Use this patient").click()
    expect(page.get_by_text("MRN R-100")).to_be_visible()
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url("**/cases/*-*/")
    assert Case.objects.get().patient == known


def test_a_taken_accession_number_is_said_by_its_field_and_nothing_is_lost(open_as, amina, known):
    from cases.services.cases import create_case

    create_case(actor=amina, patient=known, accession_number="S26-9")
    page = open_as(amina)
    page.goto("/cases/new/")
    page.get_by_label("Medical record number").fill("R-100")
    page.get_by_role("button", name="Find patient").click()
    page.get_by_role("textbox", name="Accession number").fill("S26-9")
    page.get_by_label("Clinical question").fill("Left shift?")
    page.get_by_role("button", name="Open the case").click()
    field = page.get_by_role("textbox", name="Accession number")
    assert field.get_attribute("aria-invalid") == "true"
    expect(page.get_by_text("already has a case with this accession number")).to_be_visible()
    expect(field).to_have_value("S26-9")
    expect(page.get_by_label("Clinical question")).to_have_value("Left shift?")
    assert Case.objects.count() == 1
