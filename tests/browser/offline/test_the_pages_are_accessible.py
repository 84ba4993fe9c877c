"""The page that opens without a connection, with something that waits on it, and the pages of devices."""

import pytest
from playwright.sync_api import expect

from offline.services.device_keys import make_device_key
from tests.browser.conftest import DESKTOP, PHONE

ANDROID = "Mozilla/5.0 (Linux; Android 14) Chrome/128.0 Mobile"


def test_the_kept_page(phone, transactional_db, violations, amina, field_file):
    phone.arrive(amina)
    phone.go_offline()
    phone.page.goto("/")
    phone.page.locator("#kept-mrn").fill("R-104711")
    phone.page.locator("#id_family_name").fill("Okafor")
    phone.page.locator("#kept-files").set_input_files([field_file(1)])
    phone.page.get_by_role("button", name="Keep the case").click()
    expect(phone.page.get_by_text("New case, fields: 1")).to_be_visible()
    assert violations(phone.page) == []
    for theme, size in (("dark", PHONE), ("light", DESKTOP)):
        phone.page.emulate_media(color_scheme=theme)
        phone.page.set_viewport_size({"width": size[0], "height": size[1]})
        assert violations(phone.page) == []
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")])
def test_the_pages_of_devices(open_as, transactional_db, violations, amina, size, theme):
    device = make_device_key(actor=amina, browser=ANDROID)
    page = open_as(amina, size=size, theme=theme)
    for address in ("/accounts/sessions/", f"/offline/devices/{device.pk}/revoke/", "/offline/"):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], address
    expect(page.get_by_text("Nothing waits on this device.")).to_be_visible()
