"""What a model is to a camera is told to those who see its images, and to nobody of another clinic or laboratory."""

from __future__ import annotations

import pytest

from classifier.models import CameraStanding
from classifier.services.standings import announce_standing
from microscopes.models import Microscope
from notices.models import Notification
from tests.factories.analysed_cases import analysed_case
from tests.factories.standings import stands

pytestmark = pytest.mark.django_db

WORDS = ("Unknown camera", "By the window")


@pytest.fixture
def named(riverside):
    """A case of riverside-clinic whose image a microscope took that the model does not know."""
    case = analysed_case(riverside, accession_number="RIVER-1")
    image = case.images.get()
    image.microscope = Microscope.objects.create(organisation=riverside, name="By the window")
    image.microscope_source = "chosen"
    image.save()
    stands(image)
    return image


@pytest.fixture
def unnamed(riverside):
    """Another, whose microscope nobody named."""
    image = analysed_case(riverside, accession_number="RIVER-2").images.get()
    stands(image)
    return image


@pytest.fixture
def own(hilltop, lakeside):
    """Cases of the same model at the clinics of everybody else, on cameras it has nothing against."""
    return [analysed_case(clinic) for clinic in (hilltop, lakeside)]


def addresses(image):
    return (
        f"/cases/{image.case_id}/",
        f"/cases/{image.case_id}/live/",
        f"/cases/{image.case_id}/report/",
        f"/cases/{image.case_id}/report.csv",
        f"/images/{image.pk}/",
        f"/images/{image.pk}/microscope/",
        f"/api/v1/images/{image.pk}/",
    )


def test_who_sees_the_images_is_told(client, named, unnamed, amina, pavel, ines):
    for person in (amina, pavel, ines):
        client.force_login(person)
        for image in (named, unnamed):
            assert "Unknown camera" in client.get(f"/cases/{image.case_id}/").content.decode()
            assert client.get(f"/api/v1/images/{image.pk}/").json()["camera_standing"]["state"] == "unknown"
        assert client.get("/?camera=unknown").context["page"].paginator.count == 2
        assert client.get(f"/microscopes/{named.microscope_id}/").status_code == 200


@pytest.mark.parametrize("who", ["bora", "lars", "nadia", "petra", "timo"])
def test_nobody_else_is_told(client, request, named, unnamed, own, who):
    client.force_login(request.getfixturevalue(who))

    for image in (named, unnamed):
        assert {client.get(address).status_code for address in addresses(image)} == {404}
    for address in (f"/microscopes/{named.microscope_id}/", f"/api/v1/microscopes/{named.microscope_id}/"):
        assert client.get(address).status_code == 404
    for address in ("/", "/microscopes/", "/api/v1/microscopes/", "/api/v1/cases/", "/notifications/"):
        told = client.get(address).content.decode()
        assert not [word for word in WORDS if f"{word}</" in told or f'"{word}"' in told]
    assert client.get("/?camera=unknown&state=all").context["cases"] == []


def test_only_the_own_administrators_hear_of_it(named, unnamed, ines, petra, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for standing in CameraStanding.objects.all():
            announce_standing(standing=standing, before="few")

    assert set(Notification.objects.filter(kind="unknown-camera").values_list("user", flat=True)) == {ines.pk}
