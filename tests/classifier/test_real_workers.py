"""Real worker processes: what holds when messages are doubled, workers are killed and the broker forgets."""

from pathlib import Path

import pytest
from celery import current_app
from django.db.models import Count

from cases.models import Priority, SmearImage
from cases.services.cases import create_case, submit_case
from cases.services.images import receive_image
from classifier.models import Analysis, Explanation, Prediction, WorkerHeartbeat
from classifier.services import failed_for_the_model, promote_model, register_model, requeue_analyses
from classifier.services.explanations import request_explanation
from tests.classifier.real_worker import Processes, empty_broker, held_up, leases_run_out, waiting_messages
from tests.factories.smears import drawn_field, evaluated_bundle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.xdist_group("real-workers")]


@pytest.fixture
def processes(tmp_path):
    """Start Celery processes; none outlives the test."""
    empty_broker()
    started = Processes(tmp_path)
    yield started
    started.end()
    empty_broker()


@pytest.fixture
def send(amina, case):
    """Send a field to the case; the transaction commits, so the message leaves."""

    def send(upload):
        return receive_image(actor=amina, case=case, upload=upload)[0]

    return send


def all_analysed():
    return not SmearImage.objects.exclude(state="analysed").exists()


def nothing_is_doubled():
    assert Analysis.objects.exclude(state="done").count() == 0
    assert Analysis.objects.count() == SmearImage.objects.count()
    per_cell = Prediction.objects.values("cell", "model_version").annotate(n=Count("id"))
    assert per_cell
    assert {row["n"] for row in per_cell} == {1}
    for image in SmearImage.objects.all():
        cells = image.cells.all()
        assert {cell.predictions.count() for cell in cells} == {1}
        assert len({cell.detector for cell in cells}) == 1
        assert image.transitions.filter(to_state="analysed").count() == 1


def heartbeat(processes, name, **expected):
    return processes.until(
        lambda: WorkerHeartbeat.objects.filter(worker__startswith=f"{name}@", **expected).first(),
        what=f"a heartbeat of {name} with {expected}",
    )


def test_a_message_delivered_three_times_writes_once(active, send, processes):
    image = send(drawn_field(1))
    for _ in range(2):
        current_app.send_task("classifier.tasks.analyse_image", args=[str(image.pk)], queue="inference")
    assert waiting_messages() == 3

    worker = processes.worker()
    processes.until(lambda: all_analysed() and not waiting_messages(), what="analysis of every message")

    # A warm stop ends every task in hand first, so nothing is left to write later.
    assert processes.stop(worker) == 0
    nothing_is_doubled()
    assert Analysis.objects.get().attempt == 1


def test_two_workers_share_the_images_and_read_each_once(active, send, processes):
    for seed in range(6):
        send(drawn_field(seed))

    workers = [processes.worker("one"), processes.worker("two")]
    processes.until(all_analysed, what="analysis of six images")

    for worker in workers:
        processes.stop(worker)
    nothing_is_doubled()
    assert set(Analysis.objects.values_list("attempt", flat=True)) == {1}


def test_a_stat_image_overtakes_the_routine_ones_that_came_before_it(amina, case, active, send, processes):
    routine = [send(drawn_field(seed)) for seed in range(3)]
    pressing = {}
    for number, priority in enumerate(("urgent", "stat")):
        other = create_case(
            actor=amina, patient=case.patient, accession_number=f"A-{priority}", priority=Priority(priority)
        )
        pressing[priority] = receive_image(actor=amina, case=other, upload=drawn_field(7 + number))[0]
    assert waiting_messages() == 5

    processes.worker(concurrency=1)
    processes.until(all_analysed, what="analysis of five images")

    taken = list(Analysis.objects.order_by("started_at").values_list("image", flat=True))
    assert taken == [pressing["stat"].pk, pressing["urgent"].pk, *(image.pk for image in routine)]


def test_a_killed_worker_and_an_emptied_broker_lose_no_image(amina, case, active, send, processes):
    first, *_ = [send(drawn_field(seed)) for seed in range(5)]
    submit_case(actor=amina, case=case)
    # However fast the worker and slow this process: it is at work on the first image when it is killed.
    with held_up(first):
        doomed = processes.worker("doomed")
        processes.until(
            lambda: Analysis.objects.filter(state="running", image=first).exists(), what="an analysis under way"
        )
        processes.kill(doomed)
    empty_broker()

    caught = set(Analysis.objects.filter(state="running").values_list("pk", flat=True))
    assert caught
    assert not all_analysed()

    leases_run_out()
    processes.worker("successor")
    processes.beat()
    processes.until(all_analysed, what="every image analysed after the loss")

    nothing_is_doubled()
    for analysis in Analysis.objects.filter(pk__in=caught):
        assert analysis.attempt == 2
        assert analysis.worker.startswith("successor@")
    case.refresh_from_db()
    assert case.state == "ready"


def test_a_worker_says_what_is_wrong_with_its_model_and_recovers(active, bundle_dir, send, processes):
    weights = bundle_dir / "model.int8.onnx"
    good = weights.read_bytes()
    weights.write_bytes(good + b"?")
    image = send(drawn_field(1))

    processes.worker("worried")
    beat = heartbeat(processes, "worried", problem__contains="model.int8.onnx")
    assert beat.ready_at is None
    processes.until(lambda: Analysis.objects.get().state == "failed", what="a visible failure")
    assert not Prediction.objects.exists()

    weights.write_bytes(good)
    assert requeue_analyses(actor=None, analyses=failed_for_the_model(), reason="Restored.") == 1
    processes.until(all_analysed, what="analysis after the repair")
    assert image.analyses.get().problem == ""


def test_a_promotion_reaches_a_running_worker(active, send, processes, tmp_path):
    processes.worker("steady")
    heartbeat(processes, "steady", model_version=active, ready_at__isnull=False)
    newer, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "model-2", version="2.0.0"))
    promote_model(actor=None, version=newer, reason="Better.")

    heartbeat(processes, "steady", model_version=newer, problem="")
    send(drawn_field(1))
    processes.until(all_analysed, what="analysis by the promoted model")
    assert Prediction.objects.values_list("model_version", flat=True).distinct().get() == newer.pk


def test_a_worker_explains_a_cell_when_a_pathologist_asks(amina, pavel, case, active, send, processes):
    image = send(drawn_field(1))
    submit_case(actor=amina, case=case)
    processes.worker()
    processes.until(all_analysed, what="analysis of one image")

    explanation = request_explanation(actor=pavel, cell=image.cells.first())
    processes.until(lambda: not Explanation.objects.filter(state="waiting").exists(), what="the explanation")

    explanation.refresh_from_db()
    assert (explanation.state, explanation.problem) == ("done", "")
    assert explanation.picture.size > 0


def test_an_onnx_worker_never_loads_tensorflow_and_says_goodbye(active, send, processes):
    worker = processes.worker("light")
    heartbeat(processes, "light", ready_at__isnull=False)
    send(drawn_field(1))
    processes.until(all_analysed, what="analysis of one image")

    maps = Path(f"/proc/{worker.pid}/maps")
    if maps.exists():
        loaded = maps.read_text()
        assert "onnxruntime" in loaded
        assert "tensorflow" not in loaded

    processes.stop(worker)
    assert WorkerHeartbeat.objects.get().stopped_at is not None
    assert not WorkerHeartbeat.objects.alive().exists()
