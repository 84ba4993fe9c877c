"""What arrives is kept byte for byte, once, under a name of our own."""

from __future__ import annotations

import hashlib

import pytest

from cases.models import SmearImage
from cases.services.images import receive_image
from cases.signals import image_received
from cases.states import CaseState, ImageState
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.image_files import image_bytes, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced():
    """The ids the signal carried."""
    ids = []

    def listen(*, image_id, **_):
        ids.append(image_id)

    image_received.connect(listen)
    yield ids
    image_received.disconnect(listen)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
def test_the_original_is_kept_byte_for_byte(amina, draft, form):
    content = image_bytes(form)
    image, created = receive_image(actor=amina, case=draft, upload=upload(content))
    stored = SmearImage.objects.get()
    assert created
    with stored.original.open() as file:
        assert file.read() == content
    assert stored.sha256 == hashlib.sha256(content).hexdigest() == image.sha256
    assert (stored.width, stored.height, stored.byte_size) == (80, 60, len(content))
    assert stored.media_type == f"image/{form.lower()}"
    assert stored.state == ImageState.RECEIVED
    assert [step.to_state for step in stored.transitions.all()] == ["received"]


def test_the_type_comes_from_the_content(amina, draft):
    image, _ = receive_image(actor=amina, case=draft, upload=upload(image_bytes("JPEG"), "x.png", "image/png"))
    assert image.media_type == "image/jpeg"
    assert image.original.name.endswith(".jpg")


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.png",
        "C:\\evil\\x.png",
        "a\x00b.png",
        "Okonkwo Adaeze 1980.png",
        "ü" * 200 + ".png",
        ".htaccess",
    ],
)
def test_what_the_sender_calls_a_file_is_never_part_of_a_path(amina, draft, clinical_files, name):
    file = upload()
    file._name = name
    image, _ = receive_image(actor=amina, case=draft, upload=file)
    assert clinical_files() == [image.original.name]
    folder, first, second, rest = image.original.name.split("/")
    assert folder == "originals"
    assert rest.startswith(first + second)
    assert rest.removesuffix(".png").isalnum()


def test_the_same_bytes_twice_are_the_image_there_is(
    amina, draft, announced, clinical_files, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        first, _ = receive_image(actor=amina, case=draft, upload=upload())
        again, created = receive_image(actor=amina, case=draft, upload=upload(name="copy.png"))
    assert (again, created) == (first, False)
    assert announced == [first.pk]
    assert len(clinical_files()) == 1


def test_the_same_bytes_in_another_case_are_another_image(amina, draft):
    other = CaseFactory(clinic=amina.organisation)
    first, _ = receive_image(actor=amina, case=draft, upload=upload())
    second, created = receive_image(actor=amina, case=other, upload=upload())
    assert created
    assert first.original.name != second.original.name


def test_images_are_numbered_within_their_case(amina, draft):
    numbers = [receive_image(actor=amina, case=draft, upload=upload(seed=seed))[0].ordinal for seed in (1, 2, 3)]
    assert numbers == [1, 2, 3]


def test_a_listener_that_fails_leaves_the_image_received(amina, draft, caplog, django_capture_on_commit_callbacks):
    def fail(**_):
        raise RuntimeError("broker away")

    image_received.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            receive_image(actor=amina, case=draft, upload=upload())
    finally:
        image_received.disconnect(fail)
    assert SmearImage.objects.count() == 1


def test_what_was_ready_waits_for_the_model_again(amina):
    case = CaseFactory(clinic=amina.organisation, ready=True)
    SmearImageFactory(case=case, analysed=True)
    receive_image(actor=amina, case=case, upload=upload())
    case.refresh_from_db()
    assert case.state == CaseState.ANALYSING
