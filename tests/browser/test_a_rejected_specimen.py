"""A pathologist rejects a specimen from the review by the keyboard; the clinic reads why on a phone and sends another."""

import pytest
from playwright.sync_api import expect

from cases.models import Case
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.reviewing.steps import open_review
from tests.factories.analysed_cases import analysed_case
from tests.factories.drawn_images import drawn_images


@pytest.fixture
def case(transactional_db, riverside, amina):
    return analysed_case(riverside, images=drawn_images(), created_by=amina)


def fits(page, violations, size):
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_from_the_review_to_another_specimen(open_as, violations, amina, pavel, ines, case):
    page = open_as(pavel)
    open_review(page, case)
    page.keyboard.press("Shift+R")
    page.wait_for_url(f"**/cases/{case.pk}/reject/")
    for size in (PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        fits(page, violations, size)
    page.get_by_label("The pictures cannot be used").check()
    page.get_by_label("The blood was clotted.").check()
    page.get_by_role("button", name="Reject the specimen of case").click()
    # What is missing has the focus, and what was chosen stays.
    expect(page.get_by_label("In your own words")).to_be_focused()
    expect(page.get_by_label("The blood was clotted.")).to_be_checked()
    page.keyboard.type("All fields are out of focus.")
    fits(page, violations, DESKTOP)
    page.get_by_role("button", name="Reject the specimen of case").click()
    page.wait_for_url(f"**/cases/{case.pk}/")
    fits(page, violations, DESKTOP)

    phone = open_as(amina, size=PHONE, theme="dark")
    phone.goto("/")
    fits(phone, violations, PHONE)
    phone.get_by_role("link", name=case.accession_number).click()
    rejection = phone.get_by_role("region", name="The specimen was rejected")
    expect(rejection).to_contain_text("All fields are out of focus.")
    fits(phone, violations, PHONE)
    phone.get_by_role("link", name="Notice to print").click()
    expect(phone.get_by_role("heading", name="Specimen rejected")).to_be_visible()
    fits(phone, violations, PHONE)
    phone.go_back()
    phone.get_by_role("button", name="Send again").click()
    phone.get_by_text("is open in its place").wait_for()
    again = Case.objects.get(resubmission_of=case)
    assert phone.url.endswith(f"/cases/{again.pk}/")
    fits(phone, violations, PHONE)

    oversight = open_as(ines)
    oversight.goto("/oversight/rejections/")
    expect(oversight.get_by_text("1 of 1 rejected, 100.0 %.")).to_be_visible()
    fits(oversight, violations, DESKTOP)
