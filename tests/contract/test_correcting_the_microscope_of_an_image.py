"""A client says which microscope took an image; the same rules hold as on the page."""

import pytest

from cases.models import SmearImage
from microscopes.models import Microscope
from tests.contract.conftest import picture, problem_of
from tests.factories.analysed_cases import analysed_case
from tests.factories.standings import stands

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window")


@pytest.fixture
def address(lis):
    image = lis.send(lis.new_case()["id"], picture()).json()["id"]
    return f"/images/{image}/"


def test_it_is_named_corrected_and_taken_back(lis, address, window):
    named = lis.patch(address, {"microscope": str(window.pk)})
    assert named.status_code == 200
    assert (named.json()["microscope"], named.json()["microscope_source"]) == (str(window.pk), "corrected")

    assert lis.patch(address, {"microscope": None}).json()["microscope"] is None
    assert SmearImage.objects.get().microscope is None


def test_a_correction_of_what_was_corrected_meanwhile_is_refused(lis, address, window):
    read = lis.get(address)
    assert lis.patch(address, {"microscope": str(window.pk)}, If_Match=read["ETag"]).status_code == 200

    problem_of(lis.patch(address, {"microscope": None}, If_Match=read["ETag"]), 412)
    assert SmearImage.objects.get().microscope == window


def test_a_microscope_of_another_clinic_nothing_and_nonsense_are_refused(lis, address, hilltop):
    other = Microscope.objects.create(organisation=hilltop, name="Hilltop")

    problem_of(lis.patch(address, {"microscope": str(other.pk)}), 422)
    for body in ({}, {"microscope": "by the window"}):
        problem_of(lis.patch(address, body), 400)
    assert SmearImage.objects.get().microscope is None


def test_a_signed_case_no_longer_changes(lis, riverside, window):
    image = analysed_case(riverside, state="signed").images.get()
    problem_of(lis.patch(f"/images/{image.pk}/", {"microscope": str(window.pk)}), 409)


def test_the_answer_says_what_the_model_is_to_the_other_camera(
    lis, riverside, window, django_capture_on_commit_callbacks
):
    image = analysed_case(riverside, ["neutrophil"] * 25).images.get()
    stands(image)
    assert lis.get(f"/images/{image.pk}/").json()["camera_standing"]["state"] == "unknown"

    with django_capture_on_commit_callbacks(execute=True):
        lis.patch(f"/images/{image.pk}/", {"microscope": str(window.pk)})

    # 25 cells of novelty 0.3: the model knows the camera that really took it.
    assert lis.get(f"/images/{image.pk}/").json()["camera_standing"]["state"] == "known"
