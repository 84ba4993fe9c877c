"""When an image turns out to be of another microscope, what the model is to both is judged anew, and names are held back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.models import AuditEvent
from cases.cell_classes import UNIDENTIFIED
from cases.models import Cell
from cases.services.microscopes import correct_microscope
from classifier.models import CameraStanding
from classifier.services import claim_analysis, store_result
from microscopes.models import Microscope
from tests.factories.analyses import field_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(riverside):
    return Microscope.objects.create(organisation=riverside, name="Window")


@pytest.fixture
def door(riverside):
    return Microscope.objects.create(organisation=riverside, name="Door")


@pytest.fixture
def taken(active, receive):
    """`taken(seed, microscope, n, novelty)`: an analysed image with so many cells."""

    def make(seed, microscope, n, novelty):
        image = receive(seed)
        image.microscope, image.microscope_source = microscope, "chosen"
        image.save()
        result = field_result([(10 * i, 10, 9, 9) for i in range(n)])
        cells = [replace(cell, novelty=novelty) for cell in result.cells]
        analysis = claim_analysis(image_id=image.pk, worker="w")
        assert store_result(analysis=analysis, result=replace(result, cells=cells))
        return image

    return make


def standing_of(microscope):
    return CameraStanding.objects.get(microscope=microscope)


def names(image):
    return list(Cell.objects.filter(image=image).order_by("ordinal").values_list("label", flat=True))


def correct(actor, image, microscope, run):
    with run(execute=True):
        assert correct_microscope(actor=actor, images=[image], microscope=microscope) == 1


def test_both_cameras_are_judged_anew(taken, window, door, amina, django_capture_on_commit_callbacks):
    strange = taken(1, window, 25, 1.6)
    taken(2, window, 15, 1.0)
    assert (standing_of(window).state, standing_of(window).cells) == ("unknown", 40)

    correct(amina, strange, door, django_capture_on_commit_callbacks)

    assert (standing_of(window).state, standing_of(window).cells) == ("few", 15)
    assert (standing_of(door).state, standing_of(door).cells) == ("unknown", 25)
    events = AuditEvent.objects.filter(object_type="classifier.camerastanding").order_by("id")
    assert [(event.before["state"], event.after["state"]) for event in events][-2:] in (
        [("unknown", "few"), ("few", "unknown")],
        [("few", "unknown"), ("unknown", "few")],
    )


def test_names_are_held_back_on_what_proves_to_be_of_an_unknown_camera(
    taken, window, door, amina, django_capture_on_commit_callbacks
):
    taken(1, door, 40, 1.6)
    known = taken(2, window, 5, 1.6)
    assert names(known) == ["eosinophil"] * 5
    decided = Cell.objects.get(image=known, ordinal=3)
    decided.label_source, decided.decided_by = "human", amina
    decided.save()

    correct(amina, known, door, django_capture_on_commit_callbacks)

    assert names(known) == [UNIDENTIFIED, UNIDENTIFIED, "eosinophil", UNIDENTIFIED, UNIDENTIFIED]


def test_a_name_that_was_held_back_does_not_come_back_with_a_known_camera(
    taken, window, door, amina, django_capture_on_commit_callbacks
):
    taken(1, window, 40, 1.0)
    held = taken(2, door, 25, 1.6)
    assert names(held) == [UNIDENTIFIED] * 25
    decided = Cell.objects.get(image=held, ordinal=4)
    decided.label, decided.label_source, decided.decided_by = "basophil", "human", amina
    decided.save()

    correct(amina, held, window, django_capture_on_commit_callbacks)

    assert (standing_of(window).state, standing_of(door).state) == ("known", "few")
    assert names(held) == [UNIDENTIFIED] * 3 + ["basophil"] + [UNIDENTIFIED] * 21


def test_what_a_clinic_leaves_unnamed_is_judged_anew_too(taken, window, amina, django_capture_on_commit_callbacks):
    image = taken(1, None, 25, 1.6)
    assert CameraStanding.objects.get(clinic=amina.organisation).state == "unknown"

    correct(amina, image, window, django_capture_on_commit_callbacks)

    assert CameraStanding.objects.get(clinic=amina.organisation).state == "few"
    assert standing_of(window).state == "unknown"
