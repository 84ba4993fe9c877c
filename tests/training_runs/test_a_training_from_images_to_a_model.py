"""A whole training asked for on the platform: real commands, real folders, a registered model at the end."""

import pytest
from PIL import Image

from classifier.inference.synthetic import draw_cell_image
from classifier.models import ModelVersion
from training_runs.services import cancel_training, runs, start_training
from training_runs.services.runs import run_waiting

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
            Image.fromarray(draw_cell_image(label, seed, size=96, um_per_px=0.25)).save(
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
    (data / "drawn" / "lymphocyte" / "0.png").write_bytes(b"no image")
    run = ask(ines)

    run_waiting(host="here")

    run.refresh_from_db()
    assert run.state == "failed"
    assert "0.png" in run.problem
    assert not ModelVersion.objects.exists()


def when_done(monkeypatch, step, act):
    """Call `act` at the first look at a running command after `step` was done."""
    look = runs._why_stop

    def look_and_act(run, output):
        if step in run.steps_done:
            act()
        return look(run, output)

    monkeypatch.setattr(runs, "_why_stop", look_and_act)


def test_a_training_given_back_goes_on_and_can_be_cancelled(data, ines, monkeypatch):
    run = ask(ines)
    with monkeypatch.context() as patch:
        when_done(patch, "prepare", runs.stopping.set)
        run_waiting(host="here")

    run.refresh_from_db()
    assert (run.state, run.problem) == ("queued", "")
    assert "prepare" in run.steps_done
    manifest = run.folder / "manifest" / "manifest.csv"
    written = manifest.stat().st_mtime_ns

    runs.stopping.clear()
    when_done(monkeypatch, "crops", lambda: cancel_training(actor=ines, run=run, reason="Seen enough."))
    run_waiting(host="here")

    run.refresh_from_db()
    assert (run.state, run.problem, run.attempt) == ("cancelled", "Cancelled: Seen enough.", 2)
    assert manifest.stat().st_mtime_ns == written
    assert not ModelVersion.objects.exists()
