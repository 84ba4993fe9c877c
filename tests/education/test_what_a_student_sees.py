"""A student begins with what is taught: pictures of cells, and nothing of a case."""

import io

import pytest
from django.urls import reverse
from PIL import Image

from accounts.models import Role
from education.models import MaterialState, Source
from tests.factories.teaching import PUBLIC, teaching_cell, teaching_set
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def central():
    return laboratory("central-laboratory")


@pytest.fixture
def student(client, central):
    sami = person("Sami", Role.STUDENT, central)
    client.force_login(sami)
    return sami


def test_the_home_of_a_student_is_what_is_taught(client, student):
    teaching_set(title="First cells")
    answer = client.get("/", follow=True)
    assert answer.redirect_chain == [(reverse("education:home"), 302)]
    assert "First cells" in answer.text
    assert "Accession number" not in answer.text


def test_an_address_that_leads_nowhere_speaks_of_learning_too(client, student):
    answer = client.get("/learn/sets/")
    assert answer.status_code == 404
    assert "sets and the atlas are under Learn" in " ".join(answer.text.split())
    assert "Go to the start page" in answer.text


def test_a_picture_is_its_pixels_and_nothing_else(client, student):
    answer = client.get(reverse("education:cell_picture", args=[teaching_cell().pk]))
    picture = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert (picture.size, picture.info) == ((256, 256), {})


@pytest.mark.parametrize("state", [MaterialState.DRAFT, MaterialState.OPEN])
def test_another_laboratorys_cells_are_not_there(client, student, state):
    far = teaching_cell(laboratory=laboratory("northern-laboratory"), state=state, **{**PUBLIC, "source": Source.OWN})
    assert client.get(reverse("education:cell_picture", args=[far.pk])).status_code == 404


def test_a_draft_is_its_teachers_alone(client, central, student):
    draft = teaching_cell(laboratory=central, state=MaterialState.DRAFT)
    address = reverse("education:cell_picture", args=[draft.pk])
    assert client.get(address).status_code == 404
    client.force_login(person("Pavel", Role.PATHOLOGIST, central))
    assert client.get(address).status_code == 200
