"""The label of the slide is held to the camera before the case is sent: another one holds it back, in red, until somebody says why."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.factories.barcodes import barcode
from tests.factories.cases import CaseFactory, SmearImageFactory


@pytest.fixture
def case(transactional_db, amina):
    made = CaseFactory(clinic=amina.organisation, created_by=amina, accession_number="A-2026-14")
    SmearImageFactory(case=made, shown=True)
    return made


def read_label(page):
    page.get_by_text("Compare the label of the slide").click()
    page.get_by_role("button", name="Read the label by camera").click()


def test_the_label_of_the_case_is_said_to_be(open_as, amina, case, show):
    show(barcode("A-2026-14", "QRCode", scale=8))
    page = open_as(amina, size=PHONE)
    page.goto(f"/cases/{case.pk}/")
    read_label(page)
    expect(page.get_by_text("it is this case")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_another_label_is_said_in_red_and_needs_a_reason(open_as, violations, amina, case, show, size):
    show(barcode("A-2026-15"))
    page = open_as(amina, size=size)
    page.goto(f"/cases/{case.pk}/")
    read_label(page)
    expect(page.locator("#label .tone-danger")).to_contain_text("A-2026-15")
    # What stands beside an image is no concern of this test.
    assert [each for each in violations(page) if "/microscope/" not in each] == []
    page.get_by_role("checkbox", name="The slide label and the request both say").check()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("The label of the slide is not of this case.")).to_be_visible()
    page.get_by_label("Why it is the right slide").fill("The number was corrected after the label was printed.")
    page.get_by_role("button", name="Keep the case and this reason").click()
    expect(page.locator("#label .tone-warn")).to_contain_text("The number was corrected")
    page.get_by_role("checkbox", name="The slide label and the request both say").check()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("was sent to")).to_be_visible()
    assert case.label_checks.count() == 2
