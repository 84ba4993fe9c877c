"""An image is assigned to a microscope by choice, by the camera its file names, or as last time; people correct it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image

from audit.models import AuditEvent
from cases.models import SmearImage
from cases.selectors import remembered_scale
from cases.services.images import receive_image
from cases.services.microscopes import correct_microscope
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from microscopes.models import Microscope
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.image_files import encoded, noise, upload

pytestmark = pytest.mark.django_db

MAKE, MODEL, OWNER, SERIAL = 0x010F, 0x0110, 0xA430, 0xA431


def taken_by(make="", model="", *, seed=1, form="JPEG", **more):
    """A file whose EXIF names a camera, and whatever else is in `more` by tag number."""
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = make, model
    for tag, value in more.pop("tags", {}).items():
        exif[tag] = value
    return upload(encoded(noise(seed=seed), form, exif=exif))


@pytest.fixture
def receive(amina, draft):
    def send(file=None, **how):
        image, created = receive_image(actor=amina, case=draft, upload=file or upload(), **how)
        assert created
        return SmearImage.objects.get(pk=image.pk)

    return send


@pytest.fixture
def window(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window", camera="Zeiss Axiocam 305 color")


@pytest.fixture
def door(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the door", camera="Canon EOS 80D")


def test_without_a_microscope_none_is_named(receive):
    image = receive()

    assert (image.microscope, image.microscope_source, image.camera) == (None, "", "")
    assert remembered_scale(image) is None


def test_the_only_one_in_use_is_taken(receive, window, door):
    Microscope.objects.filter(pk=door.pk).update(is_active=False)

    image = receive()

    assert (image.microscope, image.microscope_source) == (window, "only")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_the_camera_named_in_the_file_decides(receive, window, door, form):
    image = receive(taken_by("Canon", "Canon EOS 80D", form=form))

    assert (image.microscope, image.microscope_source, image.camera) == (door, "camera", "Canon EOS 80D")


def test_a_camera_that_two_have_decides_nothing(receive, window, door, riverside):
    Microscope.objects.create(organisation=riverside, name="Second", camera="Canon EOS 80D")

    assert receive(taken_by("Canon", "EOS 80D")).microscope is None


def test_of_the_file_only_make_and_model_are_kept(receive):
    owner = "Okonkwo Adaeze"
    file = taken_by("Canon\x00", "EOS\n 80D " + "x" * 200, tags={0x010E: owner, 0x013B: owner, 0x9C9D: owner.encode()})

    image = receive(file)

    assert image.camera.startswith("Canon EOS 80D x")
    assert len(image.camera) <= 80
    stored = " ".join(str(value) for value in SmearImage.objects.values_list().get())
    assert owner not in stored


def test_a_chosen_microscope_is_remembered_for_the_next_upload(receive, window, door):
    first = receive(upload(seed=2))
    chosen = receive(taken_by("Canon", "Canon EOS 80D", seed=3), microscope=window)
    later = receive(upload(seed=4))

    assert first.microscope is None
    assert (chosen.microscope, chosen.microscope_source) == (window, "chosen")
    assert (later.microscope, later.microscope_source) == (window, "last")


def test_nothing_is_guessed_for_who_wants_none_named(receive, window):
    assert receive(automatic=False).microscope is None


def test_a_microscope_of_another_clinic_is_refused_and_nothing_kept(receive, hilltop, clinical_files):
    other = Microscope.objects.create(organisation=hilltop, name="Hilltop")

    with pytest.raises(Unprocessable, match="not taken with this microscope"):
        receive(microscope=other)
    assert not SmearImage.objects.exists()
    assert clinical_files() == []


def test_a_microscope_with_a_scale_gives_it_to_its_images(receive, window):
    window.measured_um_per_px, window.measured_spread, window.measured_fields = 0.09, 0.001, 7
    window.save()
    image = receive()
    assert remembered_scale(image) == 0.09

    window.typed_um_per_px = 0.1
    window.save()
    assert remembered_scale(SmearImage.objects.get(pk=image.pk)) == 0.1


def test_a_correction_keeps_what_was_before(receive, amina, window, door):
    image = receive(microscope=window)

    assert correct_microscope(actor=amina, images=[image], microscope=door) == 1
    assert correct_microscope(actor=amina, images=[image], microscope=door) == 0

    image.refresh_from_db()
    (event,) = AuditEvent.objects.filter(object_id=str(image.pk), action="update")
    assert (image.microscope, image.microscope_source) == (door, "corrected")
    assert (event.before["name"], event.after["name"]) == ("By the window", "By the door")


def test_a_correction_may_take_the_name_away(receive, amina, window):
    image = receive()
    correct_microscope(actor=amina, images=[image], microscope=None)
    image.refresh_from_db()
    assert (image.microscope, image.microscope_source) == (None, "corrected")


def test_a_signed_case_no_longer_changes(amina, riverside, window):
    image = SmearImageFactory(case=CaseFactory(clinic=riverside, signed=True))

    with pytest.raises(Conflict):
        correct_microscope(actor=amina, images=[image], microscope=window)


def test_who_may_not_change_the_case_corrects_nothing(bora, olga, receive, window):
    image = receive()

    with pytest.raises(NotFound):
        correct_microscope(actor=bora, images=[image], microscope=None)
    with pytest.raises(PermissionRefused):
        correct_microscope(actor=olga, images=[image], microscope=None)


def test_the_camera_of_a_file_stays_as_it_was_read(receive):
    receive(taken_by("Canon", "EOS 80D"))

    with (
        pytest.raises(DatabaseError, match="change refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE cases_smearimage SET camera = 'Leica'")
