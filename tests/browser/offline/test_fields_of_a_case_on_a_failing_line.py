"""A field that waits for the line on the page of its case is kept: with the page closed, it goes from any other page."""

from playwright.sync_api import expect

from cases.models import SmearImage
from cases.services.cases import cancel_case
from tests.factories.cases import CaseFactory


def test_a_field_outlives_the_page_that_was_sending_it(phone, transactional_db, amina, field_file):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    phone.arrive(amina)
    phone.page.goto(f"/cases/{case.pk}/")
    phone.page.locator("#kept[data-ready]").wait_for(state="attached")
    phone.go_offline()
    phone.page.locator("#upload-files").set_input_files([field_file(1)])
    phone.page.wait_for_function("""async () => {
      const held = (await navigator.locks.query()).held;
      return held.some((lock) => lock.name.startsWith("hematovision.field."));
    }""")
    while [item["kind"] for item in phone.kept()] != ["field"]:
        phone.page.wait_for_load_state()
    phone.restart()
    phone.page.goto("/offline/")
    expect(phone.page.get_by_text("Nothing waits on this device.")).to_be_visible()
    assert case.images.count() == 1
    assert phone.kept() == []


def test_a_field_of_a_case_that_was_cancelled_meanwhile_goes_into_a_new_case(
    phone, transactional_db, amina, field_file
):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    phone.arrive(amina)
    phone.page.goto(f"/cases/{case.pk}/")
    phone.page.locator("#kept[data-ready]").wait_for(state="attached")
    phone.go_offline()
    phone.page.locator("#upload-files").set_input_files([field_file(1)])
    while [item["kind"] for item in phone.kept()] != ["field"]:
        phone.page.wait_for_load_state()
    phone.context.close()
    cancel_case(actor=amina, case=case, reason="Ordered twice.")
    phone.start()
    phone.page.goto("/offline/")
    expect(phone.page.get_by_text("The case takes no more fields: put it into a new case")).to_be_visible()
    phone.page.locator("#kept-mrn").fill("R-104711")
    phone.page.locator("#id_family_name").fill("Okafor")
    phone.page.locator("#id_birth_date").fill("1990-01-01")
    phone.page.get_by_label("Put the fields that were refused into this case").check()
    phone.page.get_by_role("button", name="Keep the case").click()
    expect(phone.page.get_by_text("Nothing waits on this device.")).to_be_visible()
    assert not case.images.exists()
    assert SmearImage.objects.get().case.patient.mrn == "R-104711"
