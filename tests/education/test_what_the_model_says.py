"""What the model says of a cell is made by a worker, told after the answer, and gone with the cell."""

import io

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from cases.cell_classes import CLASS_CODES
from classifier import analyser
from classifier.inference.types import Box, CellPrediction
from classifier.models import ModelState
from education.models import Feedback, PredictionState, TeachingCell, TeachingPrediction, TeachingSet
from education.presenters.prediction import model_words
from education.services import predictions
from education.services.answers import answer_item, show_next
from education.services.attempts import start_attempt
from education.services.recall import recall
from education.tasks import predict_cell
from tests.factories.specimens import model_version
from tests.factories.teaching import teaching_cell, teaching_set

pytestmark = pytest.mark.django_db


class Fake:
    """Calls every cell a lymphocyte."""

    engine = "fake"

    def classify(self, version, rgb, *, boxes, um_per_px, held_back):
        shares = {code: 0.9 if code == "lymphocyte" else 0.1 / 7 for code in CLASS_CODES}
        return [CellPrediction(Box(*box), 1, "lymphocyte", 0.9, shares, identified=True, novelty=None) for box in boxes]

    def explain(self, version, rgb, *, box, um_per_px, label):
        return np.full((96, 96, 3), 20 * CLASS_CODES.index(label), np.uint8)


@pytest.fixture
def worker(monkeypatch, django_capture_on_commit_callbacks):
    """`worker(act)`: what `act` asks of workers is done at once; returns which predictions were asked for, by rank."""
    version = model_version()
    version.state = ModelState.ACTIVE
    version.save(update_fields=["state"])
    analyser.install(Fake())

    def run(act):
        sent = []
        monkeypatch.setattr(predictions, "hint", lambda task, key, rank: sent.append((task, key, rank)))
        with django_capture_on_commit_callbacks(execute=True):
            act()
        for _, key, _ in sent:
            predict_cell(str(key))
        return sent

    yield run
    analyser.install(None)


@pytest.fixture
def cell():
    return teaching_cell("monocyte")


@pytest.fixture
def attempt(sami, cell):
    return start_attempt(actor=sami, teaching_set=teaching_set(cell))


def shown(sami, attempt):
    return lambda: show_next(actor=sami, attempt=attempt.pk)


def test_a_shown_cell_is_asked_about_once_and_behind_everything_clinical(worker, sami, attempt):
    ((task, key, rank),) = worker(shown(sami, attempt))
    assert (task, rank) == ("education.tasks.predict_cell", 9)
    again = start_attempt(actor=sami, teaching_set=teaching_set(attempt.items.get().cell))
    assert worker(shown(sami, again)) == []
    row = TeachingPrediction.objects.get(pk=key)
    assert (row.state, row.label, row.score) == (PredictionState.DONE, "lymphocyte", 0.9)
    maps = Image.open(io.BytesIO(row.heat_maps.read()))
    assert (maps.format, maps.size) == ("WEBP", (8 * 96, 96))
    assert not {"exif", "xmp", "icc_profile"} & set(maps.info)


def test_without_a_scale_or_a_model_nothing_is_asked(worker, sami, django_capture_on_commit_callbacks):
    unknown = start_attempt(actor=sami, teaching_set=teaching_set(teaching_cell(um_per_px=None)))
    assert worker(shown(sami, unknown)) == []


def test_the_model_is_told_after_the_answer_and_its_error_in_so_many_words(client, worker, sami, attempt):
    client.force_login(sami)
    worker(shown(sami, attempt))
    address = reverse("education:heat_maps", args=[TeachingPrediction.objects.get().pk])
    assert "What the model says" not in client.get(reverse("education:attempt", args=[attempt.pk])).text
    assert client.get(address).status_code == 404
    answer_item(actor=sami, attempt=attempt.pk, position=1, label="basophil")
    told = " ".join(client.get(reverse("education:question", args=[attempt.pk, 1])).text.split())
    assert "Lymphocyte, score 90 %." in told
    assert "The model is wrong about this cell." in told
    assert [name in told for name in ("sees Monocyte", "sees Basophil", "sees Lymphocyte")] == [True] * 3
    assert client.get(address).status_code == 200


def test_while_it_is_being_made_the_page_says_so_and_asks_once_more(client, worker, sami, attempt):
    client.force_login(sami)
    worker(shown(sami, attempt))
    made = TeachingPrediction.objects.all()
    made.update(state=PredictionState.WAITING)
    answer_item(actor=sami, attempt=attempt.pk, position=1, label="basophil")
    address = reverse("education:question", args=[attempt.pk, 1])
    first = client.get(address).text
    assert "What the model says is still being made." in first
    assert 'hx-trigger="load delay:3s"' in first
    again = client.get(address, headers={"HX-Request": "true", "X-Part": "model"}).text
    assert "What the model says is still being made." in again
    assert "hx-trigger" not in again
    made.update(state=PredictionState.DONE)
    assert "Lymphocyte, score 90 %." in client.get(address, headers={"HX-Request": "true", "X-Part": "model"}).text
    made.update(state=PredictionState.FAILED)
    assert "What the model says" not in client.get(address).text


def test_a_sealed_answer_opens_no_heat_map(client, worker, sami, attempt):
    TeachingSet.objects.filter(pk=attempt.teaching_set_id).update(feedback=Feedback.NONE)
    client.force_login(sami)
    worker(shown(sami, attempt))
    answer_item(actor=sami, attempt=attempt.pk, position=1, label="basophil")
    assert client.get(reverse("education:heat_maps", args=[TeachingPrediction.objects.get().pk])).status_code == 404


def test_a_teacher_who_owes_the_answer_opens_no_heat_map(client, worker, sami, pavel, attempt, cell):
    worker(shown(sami, attempt))
    address = reverse("education:heat_maps", args=[TeachingPrediction.objects.get().pk])
    client.force_login(pavel)
    assert client.get(address).status_code == 200
    start_attempt(actor=pavel, teaching_set=teaching_set(cell))
    assert client.get(address).status_code == 404


def test_the_model_is_not_judged_by_a_class_that_it_does_not_know(worker, sami):
    blast = teaching_cell("blast")
    attempt = start_attempt(actor=sami, teaching_set=teaching_set(blast, finer=True))
    worker(shown(sami, attempt))
    told = model_words(blast, "blast")
    assert (told.knows, [each.of.code for each in told.heat_maps]) == (False, ["lymphocyte"])


def test_what_was_said_of_a_recalled_cell_is_gone_with_its_heat_maps(
    worker, sami, attempt, cell, django_capture_on_commit_callbacks
):
    worker(shown(sami, attempt))
    file = TeachingPrediction.objects.get().heat_maps
    with django_capture_on_commit_callbacks(execute=True):
        recall(actor=None, cells=TeachingCell.objects.filter(pk=cell.pk), reason="withdrawn")
    assert not file.storage.exists(file.name)
    assert model_words(cell, "") is None
