"""The administrators of a laboratory are told once that a camera is unknown, and need not look when that is over."""

from __future__ import annotations

import pytest

from classifier.models import CameraStanding
from classifier.services.standings import announce_standing
from classifier.standing import Standing
from microscopes.models import Microscope
from notices.models import Notification
from tests.factories.analysed_cases import analysed_case, finished_analysis, model
from tests.factories.standings import stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window")


@pytest.fixture
def image(riverside, window):
    image = analysed_case(riverside).images.get()
    image.microscope, image.microscope_source = window, "chosen"
    image.save()
    return image


@pytest.fixture
def become(django_capture_on_commit_callbacks):
    """`become(image, before, state)`: the model stands anew to the camera of an image."""

    def change(image, before, state):
        standing = stands(image, state)
        with django_capture_on_commit_callbacks(execute=True):
            announce_standing(standing=CameraStanding.objects.get(pk=standing.pk), before=before)

    return change


def told():
    return Notification.objects.filter(kind="unknown-camera")


def test_only_administrators_of_the_laboratory_are_told_with_the_way_to_the_microscope(
    image, window, become, ines, pavel, olga, amina, petra
):
    become(image, "few", "unknown")

    (notification,) = told()
    assert (notification.user, notification.path) == (ines, f"/microscopes/{window.pk}/")
    assert notification.text == (
        "tiny 1 does not know the camera of By the window: names on its images are held back or marked."
    )


def test_an_unnamed_camera_leads_to_the_list(riverside, become, ines):
    become(analysed_case(riverside).images.get(), "few", "unknown")

    (notification,) = told()
    assert notification.path == "/microscopes/"
    assert "Riverside Clinic sends images of a camera that tiny 1 does not know" in notification.text


def test_further_images_of_the_same_camera_tell_nobody_again(image, become, ines):
    become(image, "few", "unknown")
    become(image, "unknown", "unknown")
    assert told().count() == 1


def test_a_second_model_that_does_not_know_it_replaces_the_first_notification(image, become, ines):
    become(image, "few", "unknown")
    finished_analysis(image, model("2", active=False))
    become(image, "few", "unknown")

    assert told().unread().get().text.startswith("tiny 2 does not know")


def test_it_needs_nobody_any_more_once_the_camera_is_known(image, become, ines):
    become(image, "few", "unknown")
    become(image, "unknown", Standing.CALIBRATED)
    assert not told().unread().exists()


def test_it_stays_while_another_model_does_not_know_the_camera(image, become, ines):
    become(image, "few", "unknown")
    finished_analysis(image, model("2", active=False))
    become(image, "few", "unknown")
    become(image, "unknown", "known")
    assert told().unread().exists()
