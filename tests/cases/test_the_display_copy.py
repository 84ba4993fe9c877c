"""What is shown carries nothing of what the camera or the clinic wrote into the file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PIL.JpegImagePlugin import get_sampling

from cases.services.images import load_upright_rgb, make_display_copy, receive_image
from cases.stored_files import FileSwapped
from classifier.inference.synthetic import draw_field
from tests.factories.image_files import image_bytes, noise, upload, with_exif

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(amina, draft):
    """A received image with GPS and a name in its EXIF, lying on its side."""
    return receive_image(actor=amina, case=draft, upload=upload(with_exif("JPEG", orientation=6)))[0]


def test_place_and_name_are_in_the_original_only(image):
    make_display_copy(image)
    with image.original.open() as file:
        assert b"Okonkwo" in file.read()
    for shown in (image.display, image.thumbnail):
        with shown.open() as file:
            content = file.read()
            assert b"Okonkwo" not in content
            assert b"Exif" not in content
            with Image.open(shown.path) as picture:
                assert not picture.getexif()
                assert "icc_profile" not in picture.info


def test_the_copy_is_upright_and_close_to_the_original(image):
    make_display_copy(image)
    with Image.open(image.display.path) as picture:
        shown = np.asarray(picture, dtype=int)
    assert shown.shape == (80, 60, 3)
    assert np.abs(shown - load_upright_rgb(image)).mean() < 2


@pytest.mark.parametrize("drawing", [{"quality": 60}, {"quality": 90}, {"quality": 95, "subsampling": 0}])
def test_the_copy_of_a_jpeg_is_no_larger_and_hardly_differs(amina, draft, drawing):
    field, _ = draw_field(seed=1, cells={"neutrophil": 2}, width=642, height=483)
    content = io.BytesIO()
    Image.fromarray(field).save(content, "JPEG", **drawing)
    image, _ = receive_image(actor=amina, case=draft, upload=upload(content.getvalue()))

    make_display_copy(image)

    assert image.display.size <= image.byte_size
    with Image.open(image.display.path) as picture:
        shown = np.asarray(picture, dtype=int)
    assert np.abs(shown - load_upright_rgb(image)).mean() < 0.5


def test_the_copy_of_a_lossless_image_is_much_smaller_and_keeps_the_colour_of_every_pixel(amina, draft):
    field, _ = draw_field(seed=1, cells={"eosinophil": 2})
    content = io.BytesIO()
    Image.fromarray(field).save(content, "PNG")
    image, _ = receive_image(actor=amina, case=draft, upload=upload(content.getvalue()))

    make_display_copy(image)

    assert image.display.size < image.byte_size / 2
    with Image.open(image.display.path) as picture:
        assert get_sampling(picture) == 0
        assert np.abs(np.asarray(picture, dtype=int) - field).mean() < 1.5


def test_the_thumbnail_is_sized(amina, draft):
    content = image_bytes("JPEG", width=1200, height=900)
    image, _ = receive_image(actor=amina, case=draft, upload=upload(content))
    make_display_copy(image)
    with Image.open(image.thumbnail.path) as picture:
        assert picture.size == (240, 180)
    assert image.thumbnail.size < image.display.size


def test_making_it_twice_writes_once(image, clinical_files):
    make_display_copy(image)
    files = clinical_files()
    make_display_copy(image)
    fresh = type(image).objects.get(pk=image.pk)
    make_display_copy(fresh)
    assert clinical_files() == files
    assert len(files) == 3


def test_pixels_already_decoded_are_used(image):
    rgb = np.asarray(noise(60, 80))
    make_display_copy(image, rgb=rgb)
    with Image.open(image.display.path) as picture:
        assert np.abs(np.asarray(picture, dtype=int) - rgb).mean() < 12


def test_an_altered_original_is_not_read(image):
    with open(image.original.path, "r+b") as file:  # noqa: PTH123
        file.seek(-3, 2)
        file.write(b"\x00")
    with pytest.raises(FileSwapped):
        load_upright_rgb(image)
