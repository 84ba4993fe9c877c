"""Every row of the bad-input table: the status, a sentence that says what to do, and nothing left behind."""

from __future__ import annotations

import pytest
from PIL import Image

from cases.models import SmearImage
from cases.services.images import receive_image
from hematovision.errors import Conflict, DomainError, NotFound, TooLarge
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.image_files import encoded, image_bytes, noise, pixel_flood, upload, wrong_crc

pytestmark = pytest.mark.django_db

ACCEPTED = "Accepted are JPEG, PNG, TIFF, BMP and WebP images."


def refused(actor, case, content) -> DomainError:
    with pytest.raises(DomainError) as caught:
        receive_image(actor=actor, case=case, upload=upload(content))
    return caught.value


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"Patient notes, nothing more.\n" * 40, "a text file"),
        ("Überweisung\n".encode("utf-16"), "a text file"),
        (b"BMI 23.4, blood group A\n", "a text file"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "an SVG drawing"),
        (b"<!DOCTYPE html><html><body></body></html>", "an HTML page"),
        (b"PK\x03\x04\x14\x00\x00\x00", "a ZIP archive or office document"),
        (encoded(noise(), "GIF"), "a GIF"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "an HEIC or AVIF image"),
        (b"\x00" * 128 + b"DICM" + b"\x00" * 40, "a DICOM file"),
        (bytes(range(256)), "a file of unknown kind"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a file of unknown kind"),
    ],
)
def test_what_is_not_a_picture_is_named(amina, draft, clinical_files, content, found):
    error = refused(amina, draft, content)
    assert error.status == 415
    assert error.sentence.startswith(f"This is {found}")
    assert error.sentence.endswith(ACCEPTED)
    assert clinical_files() == []
    assert not SmearImage.objects.exists()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused(amina, draft, clinical_files, form, kept):
    content = image_bytes(form)
    error = refused(amina, draft, content[: int(len(content) * kept)])
    assert (error.status, error.code) == (422, "image_damaged")
    assert "damaged or incomplete" in error.sentence
    assert clinical_files() == []


def test_a_jpeg_without_its_last_two_bytes_is_refused(amina, draft):
    assert refused(amina, draft, image_bytes("JPEG")[:-2]).code == "image_damaged"


def test_a_jpeg_of_endless_segments_is_refused(amina, draft):
    content = b"\xff\xd8\xff\xe0" + b"\x00\x02\xff\xe0" * 200_000 + image_bytes("JPEG")[2:]
    assert refused(amina, draft, content).code == "image_over_budget"


def test_a_wrong_checksum_is_refused(amina, draft):
    error = refused(amina, draft, wrong_crc())
    assert (error.status, error.code) == (422, "image_damaged")


def test_a_file_over_the_limit_is_refused_with_the_limit(amina, draft, settings, clinical_files):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    error = refused(amina, draft, b"\xff\xd8\xff" + b"\x00" * 1024 * 1024)
    assert error.status == 413
    assert error.sentence == "The file is larger than 1 MB, which is the limit."
    assert error.details == {"max_bytes": 1024 * 1024}
    assert clinical_files() == []


def test_a_pixel_flood_is_refused_with_the_limit(amina, draft):
    content = pixel_flood()
    assert len(content) < 200_000
    error = refused(amina, draft, content)
    assert error.status == 413
    assert "At most 64 megapixels are accepted." in error.sentence


def test_one_pixel_over_the_limit_is_refused(amina, draft, settings):
    settings.UPLOAD_MAX_PIXELS = 80 * 60 - 1
    error = refused(amina, draft, image_bytes())
    assert error.status == 413
    assert "80 x 60 pixels" in error.sentence


@pytest.mark.parametrize("size", [(1, 1), (31, 400), (400, 31)])
def test_a_picture_too_small_for_a_cell_is_refused_with_the_limit(amina, draft, size):
    error = refused(amina, draft, encoded(Image.new("RGB", size)))
    assert (error.status, error.code) == (422, "image_too_small")
    assert "At least 32 x 32 are needed" in error.sentence


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_an_animation_is_refused(amina, draft, form):
    content = image_bytes(form, save_all=True, append_images=[noise(seed=2)])
    error = refused(amina, draft, content)
    assert (error.status, error.code) == (422, "several_pictures")
    assert "animated" in error.sentence


def test_a_stack_of_tiff_pages_is_refused(amina, draft):
    error = refused(amina, draft, image_bytes("TIFF", save_all=True, append_images=[noise(seed=2)]))
    assert (error.status, error.code) == (422, "several_pictures")
    assert "Send each as a file of its own." in error.sentence


def test_a_picture_of_32_bits_a_channel_is_refused(amina, draft):
    error = refused(amina, draft, encoded(noise().convert("F"), "TIFF"))
    assert (error.status, error.code) == (422, "image_depth")


@pytest.mark.parametrize(
    "state", ["in_review", "signed", "delivered", "corrected", "appended", "withdrawn", "cancelled"]
)
def test_a_case_past_analysis_takes_no_images(amina, every_state, state):
    with pytest.raises(Conflict, match="takes no further images"):
        receive_image(actor=amina, case=every_state[state], upload=upload())


@pytest.mark.parametrize("state", ["draft", "submitted", "analysing", "ready"])
def test_a_case_before_review_takes_images(amina, every_state, state):
    _, created = receive_image(actor=amina, case=every_state[state], upload=upload())
    assert created


def test_another_organisations_case_is_not_there(bora, draft):
    with pytest.raises(NotFound):
        receive_image(actor=bora, case=draft, upload=upload())


def test_the_daily_quota_is_refused_with_the_limit(amina, draft, settings, clinical_files):
    SmearImageFactory(case=CaseFactory(clinic=amina.organisation), uploaded_by=amina, byte_size=900)
    settings.UPLOAD_QUOTA_BYTES_PER_DAY = 1000
    before = clinical_files()
    with pytest.raises(TooLarge) as caught:
        receive_image(actor=amina, case=draft, upload=upload())
    assert caught.value.code == "quota_exceeded"
    assert clinical_files() == before
