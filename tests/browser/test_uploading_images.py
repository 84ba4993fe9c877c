"""Uploading: several at once, each with its own sentence, retry and cancel; the page follows without a reload."""

import pytest
from playwright.sync_api import expect

from cases.models import SmearImage
from tests.browser.conftest import PHONE, cut_the_line
from tests.factories.cases import CaseFactory


@pytest.fixture
def case(transactional_db, amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina)


def rows(page):
    return page.get_by_role("list", name="Files").get_by_role("listitem")


def test_good_and_bad_files_go_their_own_ways(open_as, violations, amina, case, field_file, tmp_path, analyse):
    text = tmp_path / "notes.jpg"
    text.write_text("this is not a picture")
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    page.evaluate("window.sameDocument = true")
    page.locator("#upload-files").set_input_files([field_file(1), text, field_file(2)])
    bad = rows(page).filter(has_text="notes.jpg")
    bad.get_by_text("Accepted are JPEG, PNG").wait_for()
    expect(bad.get_by_role("button", name="Retry notes.jpg")).to_have_count(0)
    expect(bad.get_by_role("button", name="Take notes.jpg off the list")).to_be_visible()
    page.get_by_role("link", name="Open field 2").wait_for()
    expect(page.get_by_text("Sent: 2 of 3. Not sent: 1.")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True
    assert case.images.count() == 2
    expect(page.get_by_role("button", name="Submit for review")).to_be_visible()
    assert violations(page) == []


def test_an_image_sent_while_the_page_still_asks_for_the_one_before_appears(open_as, amina, case, field_file, analyse):
    page = open_as(amina)
    held = []
    page.route("**/live/**", lambda route: route.continue_() if held else held.append(route))
    page.goto(f"/cases/{case.pk}/")
    with page.expect_request("**/live/**"):
        page.locator("#upload-files").set_input_files([field_file(1)])
    page.get_by_text("Sent: 1 of 1.").wait_for()
    analyse(case.images.get())
    # It knows of the first image only, and that nothing is left to be analysed: the page stops asking by itself.
    first = held[0].fetch()
    page.locator("#upload-files").set_input_files([field_file(2)])
    page.get_by_text("Sent: 2 of 2.").wait_for()
    analyse(case.images.get(ordinal=2))
    held[0].fulfill(response=first)
    page.get_by_role("link", name="Open field 2").wait_for()


def test_a_dropped_line_is_waited_for_and_the_file_goes_on_by_itself(open_as, amina, case, field_file, analyse):
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    cut_the_line(page)
    page.locator("#upload-files").set_input_files([field_file(3)])
    row = rows(page).filter(has_text="field-3.png")
    row.get_by_text("No connection. It goes on by itself. The file is kept on this page.").wait_for()
    expect(page.get_by_text("Waiting for the line: 1.")).to_be_visible()
    assert not case.images.exists()
    page.context.set_offline(False)
    page.get_by_role("link", name="Open field 1").wait_for()
    assert case.images.count() == 1


def test_without_the_script_that_sends_in_pieces_files_go_whole(open_as, amina, case, field_file, analyse):
    page = open_as(amina)
    page.route("**/vendor/tus/**", lambda route: route.abort())
    page.goto(f"/cases/{case.pk}/")
    page.locator("#upload-files").set_input_files([field_file(9)])
    page.get_by_text("1 image received.").wait_for()
    assert case.images.count() == 1


def test_the_same_bytes_twice_are_one_image(open_as, amina, case, field_file, analyse):
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    page.locator("#upload-files").set_input_files([field_file(4)])
    page.get_by_role("link", name="Open field 1").wait_for()
    page.locator("#upload-files").set_input_files([field_file(4)])
    rows(page).get_by_text("Already here as field 1").wait_for()
    assert SmearImage.objects.count() == 1


def test_a_file_over_the_limit_is_not_even_sent(open_as, amina, case, tmp_path, settings):
    settings.UPLOAD_MAX_BYTES = 2000
    big = tmp_path / "big.png"
    big.write_bytes(b"x" * 5000)
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/")
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.locator("#upload-files").set_input_files([big])
    rows(page).get_by_text("is larger than the limit").wait_for()
    assert not sent


def test_waiting_files_can_be_cancelled(open_as, amina, case, field_file):
    page = open_as(amina)
    held = []
    page.route("**/uploads/", lambda route: held.insert(0, route))
    page.goto(f"/cases/{case.pk}/")
    page.locator("#upload-files").set_input_files([field_file(seed) for seed in (5, 6, 7)])
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text("Sent: 0 of 3. Cancelled: 3.").wait_for()
    expect(page.get_by_role("button", name="Retry all that failed")).to_be_visible()
    assert not case.images.exists()


def test_a_phone_offers_its_camera(open_as, amina, case):
    page = open_as(amina, size=PHONE)
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_text("Take a photo")).to_be_visible()
    assert page.locator("#upload-camera").get_attribute("capture") == "environment"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_without_scripts_the_plain_form_does_the_same(open_as, amina, case, field_file, tmp_path, analyse):
    text = tmp_path / "letter.pdf"
    text.write_bytes(b"%PDF-1.4 letter")
    page = open_as(amina, size=PHONE, scripts=False)
    page.goto(f"/cases/{case.pk}/")
    button, box = (place.bounding_box() for place in (page.get_by_role("button", name="Upload"), page.locator(".drop")))
    assert box["x"] < button["x"] < button["x"] + button["width"] < box["x"] + box["width"]
    page.locator("#upload-files").set_input_files([field_file(8), text])
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert").get_by_text("letter.pdf")).to_be_visible()
    expect(page.get_by_role("link", name="Open field 1")).to_be_visible()
    assert case.images.count() == 1
