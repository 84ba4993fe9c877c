"""The number of a label by camera, photo or hand scanner: filled in, or the case or order opened that has it."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from accounts.services import update_organisation
from cases.services.orders import receive_order
from tests.browser.conftest import PHONE
from tests.factories.barcodes import KINDS, barcode
from tests.factories.cases import CaseFactory, PatientFactory

WHITE = Image.new("RGB", (400, 200), "white")


@pytest.fixture(autouse=True)
def _with_rows(transactional_db):
    """Pages of a live server need rows that are committed."""


def new_case(page):
    page.goto("/cases/new/")
    return page.get_by_role("textbox", name="Accession number")


def scan_accession(page):
    page.get_by_role("button", name="Scan the accession number").click()
    return page.get_by_role("dialog", name="Scan a code")


def test_a_bar_code_held_to_the_camera_is_filled_in(open_as, amina, show, violations):
    show(barcode("A-2026-15"))
    page = open_as(amina, size=PHONE)
    number = new_case(page)
    scan_accession(page)
    expect(number).to_have_value("A-2026-15")
    expect(page.get_by_text("A-2026-15 is not known here yet. It was filled in.")).to_be_visible()
    expect(number).to_be_focused()
    assert violations(page) == []


def test_a_bar_code_on_its_side_is_read(open_as, amina, show):
    show(barcode("A-2026-15"), turned=True)
    page = open_as(amina)
    number = new_case(page)
    scan_accession(page)
    expect(number).to_have_value("A-2026-15")


def test_every_kind_of_code_is_read_from_a_photo(open_as, amina, show, tmp_path):
    show(WHITE)
    page = open_as(amina)
    mrn = page.get_by_label("Medical record number (MRN)")
    page.goto("/cases/new/")
    for at, kind in enumerate(KINDS):
        page.get_by_role("button", name="Scan the MRN").click()
        photo = tmp_path / f"{kind}.png"
        barcode(f"2026{at:04}", kind).save(photo)
        page.get_by_label("Use a photo of the code").set_input_files(photo)
        expect(mrn).to_have_value(f"2026{at:04}")


def test_the_number_of_a_case_opens_it(open_as, amina, show):
    case = CaseFactory(clinic=amina.organisation, accession_number="A-2026-14")
    show(barcode("A-2026-14", "DataMatrix", scale=12))
    page = open_as(amina)
    new_case(page)
    scan_accession(page)
    page.wait_for_url(f"**/cases/{case.pk}/")


def test_the_number_of_an_order_fills_the_new_case(open_as, amina, show):
    patient = PatientFactory(organisation=amina.organisation, family_name="Okonkwo")
    receive_order(actor=amina, patient=patient, placer_number="ORD-7")
    show(barcode("ORD-7"))
    page = open_as(amina)
    new_case(page)
    page.get_by_label("Stain").select_option("leishman")
    scan_accession(page)
    expect(page.get_by_text("Okonkwo").first).to_be_visible()
    expect(page.get_by_role("button", name="Choose another order or patient")).to_be_visible()
    expect(page.get_by_label("Stain")).to_have_value("leishman")


def test_a_code_of_another_form_is_shown_and_not_filled_in(open_as, amina, ines, central, show):
    update_organisation(
        actor=ines, organisation=central, name=central.name, is_active=True, accession_pattern=r"[A-Z]-\d{4}-\d+"
    )
    show(barcode("4006381333931"))
    page = open_as(amina)
    number = new_case(page)
    scan_accession(page)
    expect(page.get_by_text("4006381333931 is not of the form")).to_be_visible()
    expect(number).to_have_value("")


def test_nothing_readable_is_said_and_escape_closes(open_as, amina, show, tmp_path):
    show(WHITE)
    page = open_as(amina)
    new_case(page)
    sheet = scan_accession(page)
    expect(sheet.get_by_text("Nothing readable yet.")).to_be_visible()
    blank = tmp_path / "blank.png"
    WHITE.save(blank)
    page.get_by_label("Use a photo of the code").set_input_files(blank)
    expect(sheet.get_by_text("No code was found in this photo.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator("video")).to_have_js_property("srcObject", None)


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("NotAllowedError", "The browser does not let this page use the camera."),
        ("NotFoundError", "No camera was found."),
        ("NotReadableError", "another program may be using it"),
    ],
)
def test_a_camera_that_gives_no_picture_has_its_sentence(open_as, amina, show, trouble, sentence):
    show(WHITE)
    page = open_as(amina)
    page.add_init_script(
        f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{trouble}'))"
    )
    new_case(page)
    expect(scan_accession(page).get_by_text(sentence)).to_be_visible()


def test_without_https_the_page_says_that_there_is_no_camera(open_as, amina, show):
    show(WHITE)
    page = open_as(amina)
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    new_case(page)
    expect(scan_accession(page).get_by_text("over HTTPS only")).to_be_visible()


def test_only_a_scan_loads_what_reads_the_codes(open_as, amina, show):
    show(WHITE)
    page = open_as(amina)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    new_case(page)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "zxing" in url]
    scan_accession(page)
    expect(page.get_by_text("Hold the code inside the picture")).to_be_visible()


TYPE = """([target, code]) => {
  for (const key of [...code, "Enter"]) {
    document.querySelector(target).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}"""


def test_a_hand_scanner_outside_of_a_field_searches(open_as, amina, show):
    show(WHITE)
    case = CaseFactory(clinic=amina.organisation, accession_number="HN-2026-14")
    page = open_as(amina)
    page.goto("/")
    # As one event after the other in one task: how fast a busy host passes keys on is not what is tested.
    page.evaluate(TYPE, ["body", "HN-2026-14"])
    page.wait_for_url(f"**/cases/{case.pk}/")


def test_a_hand_scanner_in_the_field_is_looked_up_and_sends_no_form(open_as, amina, show):
    show(WHITE)
    page = open_as(amina)
    number = new_case(page)
    page.evaluate(TYPE, ["#id_accession_number", "A-2026-15"])
    expect(page.get_by_text("A-2026-15 is not known here yet.")).to_be_visible()
    expect(number).to_have_value("A-2026-15")
    expect(page).to_have_url(re.compile("/cases/new/$"))
