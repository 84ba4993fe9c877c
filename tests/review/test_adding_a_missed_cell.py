"""A reviewer draws a cell the detector missed: it is classified at once, by the model whose analysis is current."""

from __future__ import annotations

import json
import uuid
from datetime import date

import pytest
from django.urls import reverse

from cases.models import Cell, SmearImage
from cases.services.cases import create_case, submit_case
from cases.services.images import receive_image
from cases.services.patients import register_patient
from classifier import analyser
from classifier.bundle_analyser import BundleAnalyser
from classifier.models import Prediction
from classifier.services import promote_model, register_model, run_analysis
from classifier.tasks import classify_cells
from hematovision.errors import Conflict, NotFound, Unprocessable
from review.services.added_cells import add_cell
from review.services.leases import claim
from tests.factories.analysed_cases import analysed_case
from tests.factories.smears import drawn_field, evaluated_bundle

pytestmark = pytest.mark.django_db

BOX = (300, 200, 40, 44)


def add(case, by, *, box=BOX, action_id=None, image=None):
    image = image or case.images.get()
    return add_cell(actor=by, case=case, action_id=action_id or uuid.uuid4(), image=image, box=box)


def test_it_is_unidentified_and_blocks_signing_until_it_is_named(case, pavel, act):
    (cell,) = add(case, pavel).cells
    assert (cell.label, cell.detector, cell.box, cell.is_reviewed) == ("unidentified", "human", BOX, False)
    assert cell.ordinal == 4
    act("label", cell, label="monocyte")
    cell.refresh_from_db()
    assert cell.is_reviewed


def test_sent_twice_it_is_added_once(case, pavel):
    once = uuid.uuid4()
    first, again = add(case, pavel, action_id=once), add(case, pavel, action_id=once)
    assert (first.cells, again.repeated) == (again.cells, True)
    assert Cell.objects.filter(detector="human").count() == 1


def test_undone_it_is_removed_and_done_again_it_is_back(case, pavel, act):
    (cell,) = add(case, pavel).cells
    act("undo")
    cell.refresh_from_db()
    assert (cell.removed, cell.excluded) == (True, True)
    act("redo")
    cell.refresh_from_db()
    assert (cell.removed, cell.excluded) == (False, False)


@pytest.mark.parametrize("box", [(-1, 0, 20, 20), (630, 0, 20, 20), (0, 470, 20, 20), (0, 0, 3, 20), (5, 5, 20, 0)])
def test_a_box_has_to_lie_in_the_image_and_be_one(case, pavel, box):
    with pytest.raises(Unprocessable):
        add(case, pavel, box=box)
    assert not Cell.objects.filter(detector="human").exists()


def test_a_cell_that_is_there_is_not_added_again(case, cells, pavel, act):
    with pytest.raises(Conflict) as refusal:
        add(case, pavel, box=(2, 1, 20, 22))
    assert refusal.value.details == {"cell": str(cells[0].pk)}
    act("remove", cells[0])
    add(case, pavel, box=(2, 1, 20, 22))


def test_an_image_of_another_case_is_not_found(case, pavel, riverside):
    with pytest.raises(NotFound):
        add(case, pavel, image=analysed_case(riverside).images.get())


def test_the_answer_has_the_cell_and_it_is_pending(client, case, pavel):
    client.force_login(pavel)
    body = {"action_id": str(uuid.uuid4()), "image": str(case.images.get().pk), "box": list(BOX)}
    answer = client.post(reverse("review:cells", args=[case.pk]), json.dumps(body), content_type="application/json")
    (cell,) = answer.json()["cells"]
    assert (answer.status_code, cell["added"], cell["pending"], cell["ai"]) == (201, True, True, None)
    assert answer.json()["todo"]["unreviewed"] == 4
    asked = client.get(reverse("review:cell", args=[case.pk, cell["id"]])).json()
    assert asked["cell"] == cell


@pytest.fixture
def drawn(amina, pavel, tmp_path):
    """A field drawn and analysed by a real, tiny model, claimed by Pavel; a worker's engine is in this process."""
    version = promote_model(
        actor=None,
        version=register_model(actor=None, directory=evaluated_bundle(tmp_path / "model-1"))[0],
        reason="The tests need one.",
    )
    analyser.install(BundleAnalyser("onnx"))
    patient = register_patient(
        actor=amina, mrn="R-9", family_name="Sample", given_name="Nine", birth_date=date(1970, 1, 1)
    )
    case = create_case(actor=amina, patient=patient, accession_number="A-900")
    image, _ = receive_image(actor=amina, case=case, upload=drawn_field(3))
    from classifier.services import enqueue_analysis

    enqueue_analysis(image_id=image.pk)
    submit_case(actor=amina, case=case)
    run_analysis(image_id=image.pk, worker="w")
    case.refresh_from_db()
    claim(actor=pavel, case=case)
    yield case, SmearImage.objects.get(pk=image.pk), version
    analyser.install(None)


def test_the_worker_classifies_it_with_the_model_of_its_image(drawn, pavel, tmp_path):
    case, image, version = drawn
    found = image.cells.current().order_by("ordinal").first()
    # What the detector found, as if it had been missed: the reviewer draws nearly the same box.
    Cell.objects.filter(pk=found.pk).update(removed=True, excluded=True)
    newer = register_model(actor=None, directory=evaluated_bundle(tmp_path / "model-2", version="2.0.0"))[0]
    promote_model(actor=None, version=newer, reason="A newer one.")
    (cell,) = add(case, pavel, image=image, box=found.box).cells

    classify_cells(str(image.pk))
    classify_cells(str(image.pk))

    prediction = Prediction.objects.get(cell=cell)
    assert (prediction.model_version, prediction.analysis.model_version) == (version, version)
    assert prediction.label == found.predictions.get().label
    cell.refresh_from_db()
    assert (cell.label_source, cell.score, cell.revision) == ("machine", prediction.score, 2)


def test_a_class_given_before_the_suggestion_came_stays_and_is_not_stale(drawn, pavel):
    case, image, _ = drawn
    (cell,) = add(case, pavel, image=image, box=(5, 5, 30, 30)).cells
    classify_cells(str(image.pk))
    from review.services.decisions import apply_action

    apply_action(actor=pavel, case=case, action_id=uuid.uuid4(), kind="label", cells=[(cell.pk, 1)], label="basophil")
    cell.refresh_from_db()
    assert (cell.label, cell.label_source) == ("basophil", "human")


def test_a_suggestion_nobody_saw_is_not_confirmed(drawn, pavel):
    from review.services.decisions import apply_action

    case, image, _ = drawn
    (cell,) = add(case, pavel, image=image, box=(5, 5, 30, 30)).cells
    classify_cells(str(image.pk))
    with pytest.raises(Conflict) as refusal:
        apply_action(actor=pavel, case=case, action_id=uuid.uuid4(), kind="confirm", cells=[(cell.pk, 1)])
    assert refusal.value.code == "stale"


def test_a_label_given_first_is_not_overwritten_by_the_suggestion(drawn, pavel):
    from review.services.decisions import apply_action

    case, image, _ = drawn
    (cell,) = add(case, pavel, image=image, box=(5, 5, 30, 30)).cells
    apply_action(actor=pavel, case=case, action_id=uuid.uuid4(), kind="label", cells=[(cell.pk, 1)], label="basophil")
    classify_cells(str(image.pk))
    cell.refresh_from_db()
    assert (cell.label, cell.label_source, cell.predictions.count()) == ("basophil", "human", 1)


def test_a_model_that_is_gone_leaves_the_cell_to_the_reviewer(drawn, pavel, tmp_path, settings):
    case, image, _ = drawn
    (tmp_path / "model-1").rename(tmp_path / "hidden")
    settings.HEMATOVISION_MODEL_DIR = str(tmp_path / "none")
    analyser.install(BundleAnalyser("onnx"))
    (cell,) = add(case, pavel, image=image, box=(5, 5, 30, 30)).cells
    classify_cells(str(image.pk))
    cell.refresh_from_db()
    assert (cell.label, cell.predictions.count()) == ("unidentified", 0)
