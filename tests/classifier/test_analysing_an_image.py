import pytest

from audit.models import AuditEvent
from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.services.cases import submit_case
from classifier.models import Analysis, Prediction
from classifier.services import run_analysis
from classifier.tasks import analyse_image

pytestmark = pytest.mark.django_db


def test_an_upload_leaves_a_waiting_run_and_a_queued_image(image, active):
    analysis = image.analyses.get()

    assert (image.state, analysis.state, analysis.trigger) == ("queued", "queued", "upload")
    assert analysis.model_version == active
    assert analysis.sent_at is not None


def test_the_task_analyses_the_image_and_writes_every_cell_with_its_prediction(image, engine, active):
    analyse_image(str(image.pk))

    image.refresh_from_db()
    analysis = image.analyses.get()
    assert (image.state, analysis.state, analysis.attempt) == ("analysed", "done", 1)
    assert analysis.quality["verdict"] in {"good", "acceptable", "poor"}
    assert analysis.um_per_px > 0
    assert analysis.waited.total_seconds() >= 0
    assert analysis.ran.total_seconds() > 0
    cells = list(image.cells.all())
    assert len(cells) >= 3
    for cell in cells:
        prediction = cell.predictions.get()
        assert prediction.model_version == active
        assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-4)
        assert set(prediction.probabilities) == set(CLASS_CODES)
        assert prediction.score == pytest.approx(max(prediction.probabilities.values()), abs=1e-6)
        assert cell.label == (prediction.label if prediction.identified else UNIDENTIFIED)
        assert cell.score == prediction.score
        assert cell.label_source == "machine"


def test_the_worker_makes_the_pictures_people_see(image, engine):
    analyse_image(str(image.pk))

    image.refresh_from_db()
    assert image.display.size > 0
    assert image.thumbnail.size > 0


def test_running_the_task_twice_writes_once(image, engine):
    analyse_image(str(image.pk))
    before = (image.cells.count(), Prediction.objects.count(), Analysis.objects.get().finished_at)

    analyse_image(str(image.pk))

    assert (image.cells.count(), Prediction.objects.count(), Analysis.objects.get().finished_at) == before


def test_a_submitted_case_is_ready_when_its_last_image_is_read(amina, case, image, receive, engine):
    other = receive(seed=2)
    submit_case(actor=amina, case=case)
    assert case.state == "analysing"

    run_analysis(image_id=image.pk, worker="w")
    case.refresh_from_db()
    assert case.state == "analysing"

    run_analysis(image_id=other.pk, worker="w")
    case.refresh_from_db()
    assert case.state == "ready"


def test_every_run_is_in_the_audit_trail_with_its_patient(case, image, engine):
    analyse_image(str(image.pk))

    event = AuditEvent.objects.get(action="run_ai")
    assert event.object_id == str(image.pk)
    assert event.patient_id == case.patient_id
    assert event.laboratory_id == case.laboratory_id
    assert event.after["cells"] == image.cells.count()


def test_a_calibrated_scale_is_used_and_named_as_given(amina, case, active, receive, engine):
    case.um_per_px = 0.1
    case.save()
    image = receive()

    analyse_image(str(image.pk))

    analysis = image.analyses.get()
    assert (analysis.um_per_px, analysis.scale_source) == (0.1, "given")
