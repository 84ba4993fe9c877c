import io

import pytest
from django.urls import reverse
from PIL import Image

from audit.models import AuditEvent
from cases.services.break_glass import open_by_break_glass
from cases.services.cases import submit_case
from classifier.models import Explanation
from classifier.services import run_analysis
from classifier.services.explanations import request_explanation
from classifier.tasks import explain_cell
from hematovision.errors import NotFound, PermissionRefused, Unprocessable

pytestmark = pytest.mark.django_db


@pytest.fixture
def cell(image, engine, case, amina, pavel):
    """A cell the model has classified, in a case the laboratory sees."""
    submit_case(actor=amina, case=case)
    run_analysis(image_id=image.pk, worker="w")
    return image.cells.first()


@pytest.fixture
def reviewer(client, pavel):
    """The browser of a pathologist."""
    client.force_login(pavel)
    return client


def drawn(explanation):
    explain_cell(str(explanation.pk))
    explanation.refresh_from_db()
    return explanation


def test_the_worker_draws_the_crop_with_the_evidence_on_it(cell, pavel, bundle_dir):
    explanation = drawn(request_explanation(actor=pavel, cell=cell))

    assert (explanation.state, explanation.label) == ("done", cell.predictions.get().label)
    with explanation.picture.open("rb") as file:
        picture = Image.open(io.BytesIO(file.read()))
    assert (picture.format, picture.size) == ("PNG", (48, 48))


def test_asking_twice_is_one_row_and_drawing_twice_is_one_picture(cell, pavel):
    first = drawn(request_explanation(actor=pavel, cell=cell))
    name = first.picture.name

    again = drawn(request_explanation(actor=pavel, cell=cell))

    assert (again.pk, again.picture.name) == (first.pk, name)
    assert Explanation.objects.count() == 1


def test_another_class_is_another_explanation(cell, pavel):
    request_explanation(actor=pavel, cell=cell)

    other = drawn(request_explanation(actor=pavel, cell=cell, label="basophil"))

    assert (other.state, other.label) == ("done", "basophil")
    assert Explanation.objects.count() == 2


def test_a_missing_model_is_said_and_asking_again_tries_again(cell, pavel, bundle_dir, tmp_path):
    hidden = bundle_dir.rename(tmp_path / "hidden")
    explanation = drawn(request_explanation(actor=pavel, cell=cell))
    assert explanation.state == "failed"
    assert "model" in explanation.problem

    hidden.rename(bundle_dir)
    assert drawn(request_explanation(actor=pavel, cell=cell)).state == "done"


def test_who_may_not_see_the_cell_cannot_ask(cell, amina):
    with pytest.raises(NotFound):
        request_explanation(actor=amina, cell=cell)


def test_who_views_by_break_glass_sees_what_was_drawn_and_asks_for_nothing(client, cell, case, pavel, nadia):
    drawn(request_explanation(actor=pavel, cell=cell))
    open_by_break_glass(
        actor=nadia,
        accession_number=case.accession_number,
        mrn=case.patient.mrn,
        reason="The patient bleeds in our emergency room.",
    )
    client.force_login(nadia)
    address = reverse("classifier:explanation", args=[cell.pk])
    assert reverse("classifier:explanation_picture", args=[cell.pk]) in client.get(address).content.decode()
    refused = client.post(address, {"label": "basophil"})
    assert refused.status_code == 403
    assert "Break-glass access is for viewing" in refused.content.decode()
    assert Explanation.objects.count() == 1


def test_an_auditor_asks_for_nothing(cell, olga):
    with pytest.raises(PermissionRefused):
        request_explanation(actor=olga, cell=cell)
    assert not Explanation.objects.exists()


def test_an_unknown_class_is_refused(cell, pavel):
    with pytest.raises(Unprocessable, match="no class called cat"):
        request_explanation(actor=pavel, cell=cell, label="cat")


def test_the_panel_asks_waits_and_shows(cell, reviewer):
    address = reverse("classifier:explanation", args=[cell.pk])
    asked = reviewer.post(address).content.decode()
    assert "hx-get" in asked
    explain_cell(str(Explanation.objects.get().pk))

    shown = reviewer.get(address).content.decode()

    picture = reverse("classifier:explanation_picture", args=[cell.pk])
    assert picture in shown
    answer = reviewer.get(picture)
    assert answer["Content-Type"] == "image/png"
    assert "private" in answer["Cache-Control"]
    assert AuditEvent.objects.filter(action="run_ai", object_type="classifier.explanation").exists()


def test_a_refusal_is_a_sentence_in_the_panel(cell, reviewer):
    answer = reviewer.post(reverse("classifier:explanation", args=[cell.pk]), {"label": "cat"})

    assert answer.status_code == 422
    assert "no class called cat" in answer.content.decode()
