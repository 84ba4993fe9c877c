"""A case moves on by itself, and its page says so without being reloaded."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from cases.services.images import receive_image
from classifier.services import claim_analysis, store_result
from tests.browser.conftest import cut_the_line
from tests.factories.analyses import field_result
from tests.factories.cases import CaseFactory
from tests.factories.smears import drawn_field


@pytest.fixture
def case(transactional_db, amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina)


def test_a_finished_analysis_appears_by_itself(open_as, amina, case, analyse):
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(11))
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    page.evaluate("window.sameDocument = true")
    expect(page.get_by_text("0 of 1 analysed")).to_be_visible()
    analyse(image)
    page.get_by_text("1 of 1 analysed").wait_for()
    page.locator(".field-thumb img").wait_for()
    assert page.evaluate("window.sameDocument") is True


def test_who_uploaded_hears_of_an_unknown_camera_as_the_result_arrives(open_as, amina, case, analyse):
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(14))
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_text("0 of 1 analysed")).to_be_visible()
    expect(page.get_by_text("Unknown camera")).to_have_count(0)

    result = field_result([(10 * n, 10, 9, 9) for n in range(25)])
    strange = replace(result, cells=[replace(cell, novelty=1.6) for cell in result.cells])
    assert store_result(analysis=claim_analysis(image_id=image.pk, worker="w"), result=strange)

    page.get_by_text("Unknown camera: images of Riverside Clinic that name no microscope").wait_for()
    expect(page.get_by_text("Name the microscope on each field")).to_be_visible()


def test_the_page_stops_asking_when_nothing_is_under_way(open_as, amina, case, analyse):
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(12))
    analyse(image)
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    expect(page.locator("#case-live[hx-trigger]")).to_have_count(0)


def test_submitting_needs_the_patient_confirmed(open_as, amina, case, analyse):
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(13))
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_role("button", name="Submit for review").click()
    case.refresh_from_db()
    assert case.state == "draft"
    page.get_by_label("The slide label and the request both say").check()
    page.get_by_role("button", name="Submit for review").click()
    page.get_by_text(f"Case {case.accession_number} was sent to Central Laboratory.").wait_for()
    case.refresh_from_db()
    assert case.state == "analysing"
    expect(page.locator("#case-state").get_by_text("Analysing 0 of 1")).to_be_visible()
    analyse(image)
    page.locator("#case-state").get_by_text("Ready for review").wait_for()


def test_cancelling_names_the_case_and_asks_why(open_as, amina, case):
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_role("link", name="Cancel this case").click()
    page.get_by_label("Reason").fill("Wrong tube")
    page.get_by_role("button", name=f"Cancel case {case.accession_number}").click()
    page.wait_for_url(f"**/cases/{case.pk}/")
    case.refresh_from_db()
    assert case.state == "cancelled"
    expect(page.get_by_text("Wrong tube")).to_be_visible()


def test_a_page_whose_session_ended_says_so_and_stops_asking(open_as, amina, case, analyse):
    receive_image(actor=amina, case=case, upload=drawn_field(14))
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    page.context.clear_cookies()
    page.get_by_text("You were signed out. Sign in again in another tab").wait_for()
    expect(page.locator("#case-live[hx-trigger]")).to_have_count(0)
    expect(page.get_by_role("link", name="Open field 1")).to_be_visible()


def test_a_dropped_line_is_said_and_taken_back(open_as, amina, case, analyse):
    receive_image(actor=amina, case=case, upload=drawn_field(15))
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    cut_the_line(page)
    page.get_by_text("No connection. This page shows what it last heard").wait_for()
    page.context.set_offline(False)
    page.locator("#connection").wait_for(state="hidden")
