"""A whole training asked for on the platform: real commands, real folders, a registered model at the end."""

import threading

import pytest
from django.db import connection
from PIL import Image

from classifier.inference.synthetic import draw_cell_picture
from classifier.models import ModelVersion
from training.models import TrainingRun
from training.services import cancel_training, runs, start_training
from training.services.runs import run_waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CLASSES = ("neutrophil", "lymphocyte")
PICTURES = 34


@pytest.fixture
def data(settings, tmp_path):
    """Drawn cells of two classes in folders named after them."""
    settings.TRAINING_DIR = str(tmp_path)
    for label in CLASSES:
        folder = tmp_path / "data" / "drawn" / label
        folder.mkdir(parents=True)
        for seed in range(PICTURES):
            Image.fromarray(draw_cell_picture(label, seed, size=96, um_per_px=0.25)).save(
                folder / f"{seed}.png", compress_level=1
            )
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def _not_stopping():
    """The flag of a stopping worker is the process's own: put it back."""
    runs.stopping.clear()
    yield
    runs.stopping.clear()


def ask(ines, **changes):
    given = {
        "sources": ["drawn"],
        "name": "small",
        "version": "1.0.0",
        "backbone": "cnn",
        "start_weights": "random",
        "size_px": 32,
        "um_per_px": 0.6,
        "epochs": 2,
        "batch": 16,
        "reason": "To see that it works.",
        **changes,
    }
    return start_training(actor=ines, **given)


def test_a_training_ends_in_a_registered_model_with_its_evaluation(data, ines):
    run = ask(ines)

    assert run_waiting(host="here") == 1

    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", ""), run.output
    assert run.steps_done == ["prepare", "crops", "fit", "export", "evaluate", "card"]
    assert run.epoch == 2
    assert run.figures["loss"] > 0
    version = ModelVersion.objects.get()
    assert run.model_version == version
    assert (version.name, version.version, version.state) == ("small", "1.0.0", "registered")
    assert version.metrics
    assert (run.folder / "evaluation" / "confusion.png").is_file()


def test_a_folder_that_cannot_be_trained_on_is_named(data, ines):
    (data / "drawn" / "lymphocyte" / "0.png").write_bytes(b"no picture")
    run = ask(ines)

    run_waiting(host="here")

    run.refresh_from_db()
    assert run.state == "failed"
    assert "0.png" in run.problem
    assert not ModelVersion.objects.exists()


def when_done(run, step, act):
    """Call `act` from another thread as soon as a step of the run is noted as done; returns the thread."""

    def watch():
        pause = threading.Event()
        while step not in TrainingRun.objects.get(pk=run.pk).steps_done:
            pause.wait(0.05)
        act()
        connection.close()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_training_given_back_goes_on_and_can_be_cancelled(data, ines):
    run = ask(ines)
    watcher = when_done(run, "prepare", runs.stopping.set)
    run_waiting(host="here")
    watcher.join()

    run.refresh_from_db()
    assert (run.state, run.problem) == ("queued", "")
    assert "prepare" in run.steps_done
    manifest = run.folder / "manifest" / "manifest.csv"
    written = manifest.stat().st_mtime_ns

    runs.stopping.clear()
    watcher = when_done(run, "crops", lambda: cancel_training(actor=ines, run=run, reason="Seen enough."))
    run_waiting(host="here")
    watcher.join()

    run.refresh_from_db()
    assert (run.state, run.problem, run.attempt) == ("cancelled", "Cancelled: Seen enough.", 2)
    assert manifest.stat().st_mtime_ns == written
    assert not ModelVersion.objects.exists()
