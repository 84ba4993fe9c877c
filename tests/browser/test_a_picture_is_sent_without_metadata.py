"""A phone's picture leaves the page without place, owner and times, its row says so, and a laboratory may want it as it is."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from accounts.services import update_organisation
from cases.stored_files import open_original
from tests.factories.cases import CaseFactory
from tests.factories.image_files import with_exif

SAID = "Location and camera data left out; make and model of the camera stay."


@pytest.fixture
def case(transactional_db, amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina)


@pytest.fixture
def photo(tmp_path):
    """A picture that says of whom it is and where it was taken."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(with_exif("JPEG", orientation=6, width=400, height=300))
    return path


def original_of(case):
    with open_original(case.images.get()) as file:
        return file.read()


def send(page, case, path):
    page.goto(f"/cases/{case.pk}/")
    page.locator("#upload-files").set_input_files(path)
    page.get_by_text("1 of 1").first.wait_for()


def test_what_arrives_says_nothing_but_how_it_lies(open_as, amina, case, photo):
    page = open_as(amina)
    send(page, case, photo)
    expect(page.get_by_text(SAID)).to_be_visible()
    arrived = original_of(case)
    assert b"Okonkwo" not in arrived
    assert dict(Image.open(io.BytesIO(arrived)).getexif()) == {0x0112: 6}


def test_a_laboratory_may_want_files_as_they_are(open_as, amina, ines, central, case, photo):
    update_organisation(actor=ines, organisation=central, name=central.name, is_active=True, leave_out_metadata=False)
    page = open_as(amina)
    send(page, case, photo)
    expect(page.get_by_text("Received as field 1.")).to_be_visible()
    expect(page.get_by_text(SAID)).to_have_count(0)
    assert original_of(case) == photo.read_bytes()


def test_of_a_tiff_the_row_says_that_it_is_sent_as_it_is(open_as, amina, case, tmp_path):
    path = tmp_path / "scan.tif"
    path.write_bytes(with_exif("TIFF", width=400, height=300))
    page = open_as(amina)
    send(page, case, path)
    expect(page.get_by_text("Of this kind of file nothing is left out.")).to_be_visible()
    assert original_of(case) == path.read_bytes()
