"""Image bytes go only to those who may see them, as images and nothing else, and each view is in the audit trail."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from PIL import Image

from audit.models import AuditEvent
from cases.models import Cell
from cases.services.images import make_display_copy, receive_image
from cases.states import CaseState
from tests.factories.cases import CaseFactory, CellFactory
from tests.factories.image_files import upload, with_exif

pytestmark = pytest.mark.django_db

PARTS = ["image_original", "image_display", "image_thumbnail"]


@pytest.fixture
def content():
    return with_exif("JPEG", width=400, height=300)


@pytest.fixture
def image(amina, content):
    """An image of a submitted case of riverside-clinic, with its display copy."""
    case = CaseFactory(clinic=amina.organisation, ready=True)
    image, _ = receive_image(actor=amina, case=case, upload=upload(content, name="Okonkwo.jpg"))
    return make_display_copy(image)


@pytest.fixture
def cell(image):
    return CellFactory(image=image, x=100, y=80, width=40, height=36)


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def get(client):
    """Ask for a named address as somebody; returns the response with its body read."""

    def ask(user, name, pk, query="", **headers):
        client.force_login(user)
        response = client.get(reverse(f"cases:{name}", args=[pk]) + query, headers=headers)
        response.bytes = body(response)
        return response

    return ask


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("amina", 200),
        ("pavel", 200),
        ("ines", 200),
        ("olga", 200),
        ("bora", 404),
        ("lars", 404),
        ("nadia", 404),
        ("petra", 404),
        ("timo", 404),
        ("sami", 404),
        ("root", 404),
    ],
)
def test_only_those_who_see_the_case_see_its_pixels(request, get, image, name, who, status):
    assert get(request.getfixturevalue(who), name, image.pk).status_code == status


@pytest.mark.parametrize("name", [*PARTS, "cell_crop"])
def test_nobody_is_sent_to_sign_in(client, image, cell, name):
    pk = cell.pk if name == "cell_crop" else image.pk
    response = client.get(reverse(f"cases:{name}", args=[pk]))
    assert response.status_code == 302
    assert "login" in response["Location"]


@pytest.mark.parametrize("name", PARTS)
def test_a_browser_is_told_to_treat_it_as_a_picture(get, amina, image, name):
    response = get(amina, name, image.pk)
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"].startswith("private")
    assert "public" not in response["Cache-Control"]


def test_the_original_comes_byte_for_byte_under_a_neutral_name(get, amina, image, content):
    response = get(amina, "image_original", image.pk)
    assert response.bytes == content
    assert response["Content-Disposition"] == f'attachment; filename="smear-{image.pk}.jpg"'
    assert AuditEvent.objects.filter(action="download", object_id=str(image.pk), actor_id=amina.pk).count() == 1


@pytest.mark.parametrize("name", ["image_display", "image_thumbnail"])
def test_what_is_shown_has_no_metadata_and_no_name(get, amina, image, name):
    response = get(amina, name, image.pk)
    assert b"Okonkwo" not in response.bytes
    assert b"Exif" not in response.bytes
    assert response["Content-Disposition"] == "inline"


def test_looking_twice_in_a_while_is_one_event(get, amina, pavel, image):
    for _ in range(3):
        get(amina, "image_thumbnail", image.pk)
    get(amina, "image_display", image.pk)
    get(pavel, "image_thumbnail", image.pk)
    events = AuditEvent.objects.filter(action="view", object_id=str(image.pk)).order_by("id")
    assert [(event.actor_id, event.after["part"]) for event in events] == [
        (amina.pk, "thumbnail"),
        (amina.pk, "display"),
        (pavel.pk, "thumbnail"),
    ]
    assert {event.patient_id for event in events} == {image.case.patient_id}


@pytest.mark.parametrize("name", [*PARTS, "cell_crop"])
def test_what_the_browser_has_is_not_sent_again(get, pavel, image, cell, name):
    pk = cell.pk if name == "cell_crop" else image.pk
    etag = get(pavel, name, pk)["ETag"]
    again = get(pavel, name, pk, **{"If-None-Match": etag})
    assert (again.status_code, again.bytes) == (304, b"")


@pytest.mark.parametrize("name", ["image_display", "image_thumbnail"])
def test_before_the_worker_made_the_copy_there_is_none(get, amina, draft, name):
    image, _ = receive_image(actor=amina, case=draft, upload=upload())
    assert get(amina, name, image.pk).status_code == 404


def test_a_crop_is_the_square_around_the_cell(get, pavel, cell):
    response = get(pavel, "cell_crop", cell.pk, "?size=96&span=80")
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    with Image.open(io.BytesIO(response.bytes)) as picture:
        assert picture.size == (96, 96)


@pytest.mark.parametrize(("asked", "side"), [("", 128), ("?size=9999", 512), ("?size=1&span=-5", 32), ("?size=x", 128)])
def test_the_size_of_a_crop_has_bounds(get, pavel, cell, asked, side):
    with Image.open(io.BytesIO(get(pavel, "cell_crop", cell.pk, asked).bytes)) as picture:
        assert picture.size == (side, side)


def test_a_crop_is_hidden_with_the_models_other_findings(get, amina, bora, cell):
    assert get(amina, "cell_crop", cell.pk).status_code == 404
    case = cell.image.case
    type(case).objects.filter(pk=case.pk).update(state=CaseState.SIGNED)
    assert get(amina, "cell_crop", cell.pk).status_code == 200
    assert get(bora, "cell_crop", cell.pk).status_code == 404


def test_a_superseded_cell_is_no_longer_shown(get, pavel, cell):
    Cell.objects.filter(pk=cell.pk).update(superseded=True)
    assert get(pavel, "cell_crop", cell.pk).status_code == 404


@pytest.mark.parametrize("name", [*PARTS, "cell_crop"])
def test_nothing_can_be_written_here(client, amina, image, cell, name):
    client.force_login(amina)
    pk = cell.pk if name == "cell_crop" else image.pk
    assert client.post(reverse(f"cases:{name}", args=[pk])).status_code == 405


def test_the_storage_has_no_address(image):
    with pytest.raises(ValueError, match="no public address"):
        _ = image.original.url
