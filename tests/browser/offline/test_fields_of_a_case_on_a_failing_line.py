"""A field that waits for the line on the page of its case is kept: with the page closed, it goes from any other page."""

from playwright.sync_api import expect

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
