"""A report says that the model did not know the camera, and goes on saying what it said when it was signed."""

from __future__ import annotations

import pytest

from cases.models import SmearImage
from classifier.models import CameraStanding
from microscopes.models import Microscope
from reports.selectors.case_evidence import case_evidence
from reports.services.preparing import prepare_report
from tests.factories.analysed_cases import AnalysedImage, analysed_case, finished_analysis, model
from tests.factories.reports import next_version
from tests.factories.standings import stands

pytestmark = pytest.mark.django_db

SENTENCE = (
    "Field 1 was taken with a camera that tiny 1 did not know (By the window): names that were not highly confident were "
    "held back until a person named the cells."
)


@pytest.fixture
def window(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window")


@pytest.fixture
def strange(case, window):
    """The case of the reviewer, its only image from a camera that the model does not know."""
    image = case.images.get()
    SmearImage.objects.filter(pk=image.pk).update(microscope=window, microscope_source="chosen")
    image.refresh_from_db()
    stands(image)
    return case


def camera(case, pavel):
    return prepare_report(actor=pavel, case=case).content["ai"]["camera"]


def test_a_known_camera_needs_no_sentence(case, pavel):
    stands(case.images.get(), "known")
    assert camera(case, pavel) == ""


def test_an_unknown_one_is_named_with_what_became_of_the_names(strange, pavel):
    assert camera(strange, pavel) == SENTENCE


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("all", "all its names were held back until a person named the cells."),
        ("mark", "its names were shown to the reviewer with a warning."),
    ],
)
def test_the_sentence_follows_what_the_laboratory_decided(strange, pavel, central, rule, words):
    central.unknown_camera = rule
    central.save()
    strange.laboratory.refresh_from_db()
    assert camera(strange, pavel).endswith(words)


def test_fields_of_several_cameras_are_told_apart(riverside, pavel, window):
    case = analysed_case(riverside, images=[AnalysedImage(["neutrophil"]) for _ in range(4)])
    images = list(case.images.order_by("ordinal"))
    for image in images[:2]:
        image.microscope, image.microscope_source = window, "chosen"
        image.save()
    stands(images[0])
    stands(images[2])
    # Another model, which knows the camera, has analysed the last field since.
    finished_analysis(images[3], model("2", active=False))

    assert {field: str(one.microscope or one.clinic) for field, one in case_evidence(case).unknown_cameras.items()} == {
        1: "By the window",
        2: "By the window",
        3: "Riverside Clinic",
    }


def test_a_signed_report_says_it_on_its_page_in_its_csv_and_over_the_api(client, strange, pavel):
    report = next_version(strange, pavel)
    client.force_login(pavel)

    for address in (f"/reports/{report.pk}/", f"/reports/{report.pk}.csv"):
        assert SENTENCE in client.get(address).getvalue().decode()
    assert client.get(f"/api/v1/reports/{report.pk}/").json()["content"]["ai"]["camera"] == SENTENCE


def test_what_was_signed_stays_when_the_camera_is_known_later(strange, pavel):
    report = next_version(strange, pavel)
    CameraStanding.objects.update(state="known")

    assert report.data["ai"]["camera"] == SENTENCE
    assert next_version(strange, pavel, kind="appended").data["ai"]["camera"] == SENTENCE
    # A corrected version has other values, so it says what holds for them.
    assert next_version(strange, pavel, kind="corrected").data["ai"]["camera"] == ""


def test_the_preliminary_report_says_it_too(client, strange, pavel):
    client.force_login(pavel)

    for address in (f"/cases/{strange.pk}/report/", f"/cases/{strange.pk}/report.csv"):
        assert SENTENCE in client.get(address).getvalue().decode()
