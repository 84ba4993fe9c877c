"""A nurse photographs a smear through the page: a camera that shows two fields in turn, its troubles, the keyboard."""

import itertools
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cases.models import SmearImage
from cases.services.images import receive_image
from cases.states import CaseState, ImageState
from tests.browser.conftest import CHROMIUM, DESKTOP, PATIENCE_MS, PHONE
from tests.factories.cases import CaseFactory
from tests.factories.smears import drawn_field

FIELDS = Path(__file__).parents[1] / "fixtures" / "bccd_fields"
TWO_FIELDS = [FIELDS / "BloodImage_00010.jpg", FIELDS / "BloodImage_00034.jpg"]
# Thirty frames a second; each field stands long enough for five of them to be measured on a busy host.
FRAMES_EACH = 450
SHOWS_NO_CLASS = ("neutrophil", "lymphocyte", "monocyte", "eosinophil", "basophil", "unidentified", "platelet")


@pytest.fixture(scope="module")
def chromium(browsers, tmp_path_factory):
    """A browser whose camera shows two real fields in turn, and that is never asked for permission."""
    film = tmp_path_factory.mktemp("camera") / "two_fields.mjpeg"
    with film.open("wb") as file:
        for field in TWO_FIELDS:
            file.writelines(itertools.repeat(field.read_bytes(), FRAMES_EACH))
    browser = browsers.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    yield browser
    browser.close()


@pytest.fixture
def case(transactional_db, amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina)


def images_of(case):
    return SmearImage.objects.filter(case=case).counting().order_by("ordinal")


def automatic_off(page):
    page.get_by_role("button", name="Automatic").click()
    expect(page.get_by_role("button", name="Automatic")).to_have_attribute("aria-pressed", "false")


def live(page):
    expect(page.get_by_role("button", name="Take the picture")).to_be_enabled()
    expect(page.locator("[data-ring=focus]")).to_have_attribute("data-verdict", "good")


def test_two_fields_are_taken_by_themselves_and_neither_twice(open_as, amina, case, analyse):
    page = open_as(amina, size=PHONE)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_role("link", name="Photograph with the camera").click()
    # A host that is busy misses a field now and then; it comes round again.
    expect(page.locator("#capture-strip .cp-row")).to_have_count(2, timeout=4 * PATIENCE_MS)
    expect(page.get_by_text("You have this field: move on to the next.")).to_be_visible()
    sent = list(images_of(case))
    assert [(image.media_type, image.width, image.height) for image in sent] == [("image/jpeg", 640, 480)] * 2
    for image in sent:
        analyse(image)
    expect(page.locator("#capture-strip .mark").first).to_have_text("Good")
    count = page.locator("#capture-strip").get_by_role("status")
    expect(count).to_contain_text("2 fields, 4 white cells found, 96 to go")
    shown = page.locator("main").inner_text().lower()
    assert not [word for word in SHOWS_NO_CLASS if word in shown]
    # The scale of the first fields is that of the live picture from now on.
    expect(page.locator("[data-ring=scale]")).to_have_attribute("data-verdict", "good")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("key", [" ", "AudioVolumeUp"])
def test_a_key_takes_one_picture(open_as, amina, case, key):
    page = open_as(amina, size=DESKTOP)
    page.goto(f"/cases/{case.pk}/capture/")
    automatic_off(page)
    live(page)
    page.locator("main").focus()
    page.evaluate("key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))", key)
    expect(page.locator("#capture-strip .cp-row")).to_have_count(1)
    assert images_of(case).count() == 1


def test_a_poor_field_is_retaken_in_its_place(open_as, amina, case, analyse):
    blurred = analyse(receive_image(actor=amina, case=case, upload=drawn_field(3, blur=1.4))[0])
    page = open_as(amina, size=DESKTOP)
    page.goto(f"/cases/{case.pk}/capture/")
    automatic_off(page)
    row = page.locator(f"[data-image='{blurred.pk}']")
    expect(row).to_contain_text("Out of focus")
    live(page)
    page.get_by_role("link", name="Retake field 1").press("Enter")
    expect(page.get_by_text("The next picture takes the place of field 1.")).to_be_visible()
    expect(page.get_by_role("button", name="Take the picture")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_have_count(0)
    expect(page.locator("#capture-strip .cp-row")).to_have_count(1)
    blurred.refresh_from_db()
    assert (blurred.state, blurred.taken_out_reason) == (ImageState.TAKEN_OUT, "retaken")
    assert images_of(case).get().ordinal == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("NotAllowedError", "This page may not use the camera."),
        ("NotFoundError", "No camera was found."),
        ("NotReadableError", "Another program uses the camera."),
    ],
)
def test_without_a_picture_the_page_says_why_and_takes_files(
    open_as, amina, case, field_file, violations, error, sentence
):
    page = open_as(amina, size=PHONE)
    page.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{error}'))"
    )
    page.goto(f"/cases/{case.pk}/capture/")
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    assert violations(page) == []
    page.locator("#capture-file").set_input_files(field_file(5))
    expect(page.locator("#capture-strip .cp-row")).to_have_count(1)
    assert images_of(case).get().media_type == "image/png"


def test_over_plain_http_the_page_says_so(open_as, amina, case):
    page = open_as(amina)
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.goto(f"/cases/{case.pk}/capture/")
    expect(page.get_by_role("alert")).to_contain_text("only to pages that come over HTTPS")


def test_a_camera_that_is_unplugged_is_asked_again(open_as, amina, case):
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/capture/")
    automatic_off(page)
    live(page)
    page.evaluate("() => document.querySelector('video').srcObject.getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.get_by_role("alert")).to_contain_text("The camera was disconnected.")
    page.get_by_role("button", name="Try the camera again").click()
    live(page)


def test_a_picture_waits_for_the_line_and_a_session(open_as, amina, case):
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/capture/")
    automatic_off(page)
    live(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Take the picture").click()
    expect(page.get_by_text("No connection. The picture is kept on this page and goes by itself.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#capture-strip .cp-row")).to_have_count(1)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Take the picture").click()
    expect(page.get_by_text("You were signed out.").first).to_be_visible()
    page.context.add_cookies(cookies)
    page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-sending] .cp-row")).to_have_count(0)


def test_a_case_that_closed_meanwhile_takes_no_more(open_as, amina, case, violations):
    page = open_as(amina)
    page.goto(f"/cases/{case.pk}/capture/")
    automatic_off(page)
    live(page)
    assert violations(page) == []
    case.__class__.objects.filter(pk=case.pk).update(state=CaseState.CANCELLED)
    page.get_by_role("button", name="Take the picture").click()
    expect(page.get_by_role("alert")).to_contain_text("The case is cancelled: fields change only while it is a draft.")
    expect(page.get_by_role("button", name="Take the picture")).to_be_disabled()
    assert images_of(case).count() == 0
