"""Who names the cells first learns nothing of the model before, and sees both side by side afterwards."""

import pytest
from django.urls import reverse

from cases.cell_classes import CLASS_CODES
from tests.sandbox.conftest import answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden(student, send, active):
    """An answered picture of a student who names the cells first."""
    send(student, label_first="on")
    return answered()


def test_the_answer_is_nowhere_before(student, hidden):
    page = student.get(reverse("sandbox:result", args=[hidden.pk])).content.decode()
    assert page.count("<fieldset") == len(hidden.cells) > 0
    assert "Probabilities" not in page
    assert page.count("try-box cell-unidentified") == len(hidden.cells), "a box of each is of no class"
    for route in ("csv", "overlay"):
        assert student.get(reverse(f"sandbox:{route}", args=[hidden.pk])).status_code == 404
    assert student.post(reverse("sandbox:heat", args=[hidden.pk, 1])).status_code == 404
    assert student.get(reverse("api:tried_picture", args=[hidden.pk])).json()["cells"] == []


def test_own_names_stand_beside_the_models(student, hidden):
    said = hidden.cells[0]["label"]
    other = next(code for code in CLASS_CODES if code not in {cell["label"] for cell in hidden.cells})
    labels = {"cell-1": said, "cell-2": other}
    student.post(reverse("sandbox:own_labels", args=[hidden.pk]), labels)
    page = student.get(reverse("sandbox:result", args=[hidden.pk])).content.decode()
    assert "You and the model agree on 1 of 2 cells you named." in page
    assert page.count("You said the same:") == 1
    table = student.get(reverse("sandbox:csv", args=[hidden.pk])).content.decode()
    assert f",{other}," in table.splitlines()[2]


def test_what_was_shown_is_not_named_first_any_more(student, hidden):
    address = reverse("sandbox:own_labels", args=[hidden.pk])
    student.post(address, {"cell-1": "monocyte"})
    again = student.post(address, {"cell-1": "basophil"})
    assert again.status_code == 409
    hidden.refresh_from_db()
    assert hidden.own_labels == {"1": "monocyte"}


def test_a_class_that_does_not_exist_is_refused(student, hidden):
    assert student.post(reverse("sandbox:own_labels", args=[hidden.pk]), {"cell-1": "cat"}).status_code == 422
