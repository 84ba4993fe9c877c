"""Whatever bytes arrive, the answer is an image or a sentence; never a defect, never a file left behind."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases.imaging import ImageFacts, Limits, examine, load_rgb
from cases.imaging.file_types import sniff
from cases.models import SmearImage
from cases.services.images import receive_image
from hematovision.errors import DomainError
from tests.factories.image_files import grey_16_bit, image_bytes, noise, upload, with_exif

LIMITS = Limits(max_pixels=1_000_000)
FORMS = ["JPEG", "PNG", "TIFF", "BMP", "WEBP"]
VALID = [
    *[image_bytes(form) for form in FORMS],
    *[with_exif(form, orientation=6) for form in ("JPEG", "PNG", "TIFF", "WEBP")],
    grey_16_bit("PNG"),
    grey_16_bit("TIFF"),
    image_bytes("TIFF", compression="tiff_lzw"),
    image_bytes("TIFF", compression="jpeg"),
    image_bytes("TIFF", save_all=True, append_images=[noise(20, 15)]),
    image_bytes("MPO", save_all=True, append_images=[noise(seed=2)]),
]
HEADS = [content[:64] for content in VALID] + [
    b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    b"BM" + b"\x00" * 12 + b"\x28\x00\x00\x00",
]
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")


def check(content: bytes) -> None:
    try:
        facts = examine(io.BytesIO(content), limits=LIMITS)
    except DomainError as error:
        assert error.status in {413, 415, 422}  # noqa: PT017 (either outcome is right)
        assert error.sentence.endswith(".")  # noqa: PT017
        return
    assert isinstance(facts, ImageFacts)
    rgb = load_rgb(io.BytesIO(content), limits=LIMITS)
    assert rgb.shape == (facts.height, facts.width, 3)


@SLOW
@given(st.binary(max_size=4096))
@example(b"")
@example(b"BM")
@example(b"RIFF")
@example(b"\xff\xd8\xff")
@example(b"II*\x00")
def test_random_bytes(content):
    assert sniff(content).name
    check(content)


@SLOW
@given(st.sampled_from(HEADS), st.binary(max_size=2048))
def test_random_bytes_behind_a_true_beginning(head, rest):
    check(head + rest)


@SLOW
@given(st.sampled_from(VALID), st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 255)), max_size=12))
def test_pictures_with_bytes_turned_over(content, changes):
    altered = bytearray(content)
    for position, value in changes:
        altered[position % len(altered)] = value
    check(bytes(altered))


@SLOW
@given(st.sampled_from(VALID), st.integers(0, 40_000), st.binary(max_size=200))
def test_pictures_cut_and_continued(content, at, tail):
    check(content[: at % len(content)] + tail)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.one_of(st.binary(max_size=512), st.builds(bytes.__add__, st.sampled_from(HEADS), st.binary())))
@pytest.mark.django_db
def test_receiving_anything_keeps_a_picture_or_nothing(amina, draft, clinical_files, content):
    try:
        receive_image(actor=amina, case=draft, upload=upload(content))
    except DomainError as error:
        assert error.status in {413, 415, 422}  # noqa: PT017 (either outcome is right)
    assert len(clinical_files()) == SmearImage.objects.count()
