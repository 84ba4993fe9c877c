"""CMYK, 16 bits, grey, palette, transparency, rotation, further frames: read correctly, and said."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from cases.imaging import OFF_FIELD, Limits, crop_around, examine, load_rgb
from cases.services.images import load_upright_rgb, receive_image
from tests.factories.image_files import encoded, grey_16_bit, image_bytes, noise, rgb_16_bit_png, upload, with_exif

LIMITS = Limits(max_pixels=64_000_000)
TURNED = "Turned upright as the camera noted."
FURTHER = "The file holds further images (previews or reduced copies); the first one is used."


def read(content):
    facts = examine(io.BytesIO(content), limits=LIMITS)
    rgb = load_rgb(io.BytesIO(content), limits=LIMITS)
    assert rgb.dtype == np.uint8
    assert rgb.shape == (facts.height, facts.width, 3)
    return rgb, list(facts.conversions)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP"])
def test_an_ordinary_picture_is_read_as_it_is(form):
    rgb, said = read(image_bytes(form))
    assert said == []
    assert np.array_equal(rgb, np.asarray(noise()))


@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(form):
    content = encoded(Image.new("RGB", (64, 64), (200, 30, 90)).convert("CMYK"), form)
    rgb, said = read(content)
    assert said == ["Converted from CMYK to RGB."]
    assert np.abs(rgb.astype(int) - (200, 30, 90)).max() <= 3


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_16_bit_grey_keeps_its_range(form):
    rgb, said = read(grey_16_bit(form))
    assert said == ["Reduced from 16 to 8 bits per channel.", "Grey image shown as RGB."]
    assert (rgb.min(), rgb.max()) == (0, 255)
    assert abs(rgb.mean() - 127.5) < 0.5


def test_16_bit_colour_says_that_it_was_reduced():
    rgb, said = read(rgb_16_bit_png())
    assert said == ["Reduced from 16 to 8 bits per channel."]
    assert np.unique(rgb).tolist() == [128]


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_becomes_rgb(mode):
    rgb, said = read(encoded(noise().convert(mode)))
    assert said == ["Grey image shown as RGB."]
    assert np.array_equal(rgb[..., 0], rgb[..., 2])


def test_a_palette_becomes_rgb():
    picture = Image.new("RGB", (64, 64), (200, 30, 90)).convert("P", palette=Image.Palette.ADAPTIVE)
    rgb, said = read(encoded(picture))
    assert said == ["Palette colours converted to RGB."]
    assert rgb[0, 0].tolist() == [200, 30, 90]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_on_white_not_black(mode):
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0)).convert(mode)
    rgb, said = read(encoded(picture))
    assert "Transparent parts laid on white." in said
    assert rgb.min() == 255


def test_a_transparent_palette_colour_is_laid_on_white():
    picture = Image.new("P", (64, 64), 0)
    picture.putpalette([10, 20, 30] * 256)
    rgb, said = read(encoded(picture, transparency=0))
    assert said == ["Palette colours converted to RGB.", "Transparent parts laid on white."]
    assert rgb.min() == 255


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "red_at"), [(3, (-1, 0)), (6, (0, -1)), (8, (0, 0))], ids=["upside down", "right", "left"]
)
def test_a_rotated_picture_is_turned_upright(form, orientation, red_at):
    rgb, said = read(with_exif(form, orientation=orientation))
    assert TURNED in said
    assert rgb.shape == ((60, 80, 3) if orientation == 3 else (80, 60, 3))
    red, _, blue = rgb[red_at].astype(int)
    assert red > 200
    assert blue < 60


def test_an_upright_note_changes_nothing():
    assert read(with_exif("JPEG", orientation=1))[1] == []


def test_a_foreign_colour_profile_is_converted_to_srgb():
    lab = ImageCms.createProfile("LAB")
    assert lab is not None
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The same numbers under another name: what decides is that it does not call itself sRGB.
    foreign = profile.replace(b"s\x00R\x00G\x00B", b"x\x00R\x00G\x00B")
    rgb, said = read(encoded(noise(), icc_profile=foreign))
    assert said == ["Colours converted from the embedded colour profile to sRGB."]
    assert np.abs(rgb.astype(int) - np.asarray(noise())).max() <= 4
    assert read(encoded(noise(), icc_profile=profile))[1] == []


def test_a_broken_colour_profile_is_passed_over():
    rgb, said = read(encoded(noise(), icc_profile=b"not a profile" * 20))
    assert said == []
    assert np.array_equal(rgb, np.asarray(noise()))


def test_reduced_copies_in_a_tiff_are_harmless():
    rgb, said = read(image_bytes("TIFF", save_all=True, append_images=[noise(40, 30), noise(20, 15)]))
    assert said == [FURTHER]
    assert np.array_equal(rgb, np.asarray(noise()))


def test_the_second_picture_of_a_phone_jpeg_is_harmless():
    rgb, said = read(image_bytes("MPO", save_all=True, append_images=[noise(seed=2)]))
    assert said == [FURTHER]
    assert rgb.shape == (60, 80, 3)


@pytest.mark.django_db
def test_what_was_converted_is_in_the_image_record(amina, draft):
    image, _ = receive_image(actor=amina, case=draft, upload=upload(with_exif("JPEG", orientation=6)))
    image.refresh_from_db()
    assert image.conversions == [TURNED]
    assert (image.width, image.height) == (60, 80)
    assert load_upright_rgb(image).shape == (80, 60, 3)


@pytest.mark.parametrize(
    ("box", "inside", "beyond"),
    [
        ((0, 0, 10, 10), (slice(34, 64), slice(34, 64)), (slice(0, 18), slice(None))),
        ((40, 40, 10, 10), (slice(0, 30), slice(0, 30)), (slice(None), slice(46, 64))),
    ],
)
def test_a_crop_at_the_edge_of_a_field_is_grey_beyond_it_and_never_streaked(box, inside, beyond):
    striped = np.zeros((50, 50, 3), dtype=np.uint8)
    striped[::2] = 200
    square = crop_around(striped, box, span=40, size=64)
    assert square.shape == (64, 64, 3)
    assert np.unique(square[beyond].reshape(-1, 3), axis=0).tolist() == [list(OFF_FIELD)]
    assert square[inside].std() > 0


def test_a_crop_larger_than_the_field_holds_all_of_it_in_the_middle():
    square = crop_around(np.full((10, 20, 3), 90, dtype=np.uint8), (5, 0, 10, 10), span=40, size=40)
    assert (square == 90).all(axis=-1).sum() == 200
    assert (square[15:25, 10:30] == 90).all()
