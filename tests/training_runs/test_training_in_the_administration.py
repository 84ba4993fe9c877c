import pytest
from django.urls import reverse

from training_runs.models import TrainingRun
from training_runs.services import start_training
from training_runs.services.runs import claim_training

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.TRAINING_DIR = str(tmp_path)
    (tmp_path / "data" / "pbc").mkdir(parents=True)


@pytest.fixture
def desk(client, ines):
    """The browser of an administrator."""
    client.force_login(ines)
    return client


@pytest.fixture
def run(ines):
    return start_training(actor=ines, sources=["pbc"], version="1.0.0", reason="A first one.")


ASKED = {
    "sources": ["pbc"],
    "name": "resnet50",
    "version": "2.0.0",
    "backbone": "resnet50",
    "start_weights": "imagenet",
    "size_px": "128",
    "um_per_px": "0.17",
    "head_epochs": "2",
    "epochs": "3",
    "rate": "0.001",
    "batch": "32",
    "seed": "1",
    "reason": "More monocytes.",
}


def test_the_form_offers_the_folders_and_asks_for_a_training(desk, ines):
    address = reverse("admin:training_trainingrun_add")
    assert "pbc" in desk.get(address).content.decode()

    answer = desk.post(address, ASKED)

    run = TrainingRun.objects.get()
    assert answer["Location"] == reverse("admin:training_trainingrun_change", args=[run.pk])
    assert (run.requested_by, run.sources, run.epochs, run.reason) == (ines, ["pbc"], 3, "More monocytes.")


def test_a_refusal_stands_above_the_form(desk, run):
    answer = desk.post(reverse("admin:training_trainingrun_add"), ASKED | {"version": "1.0.0"})

    assert "being trained already" in answer.content.decode()
    assert TrainingRun.objects.count() == 1


def test_the_page_of_a_run_shows_live_progress(desk, run):
    claim_training(host="gpu-1")
    TrainingRun.objects.update(step="fit", epoch=7, figures={"epoch": 6, "loss": 0.41}, output="7/45 <b>fit</b>")

    page = desk.get(reverse("admin:training_trainingrun_change", args=[run.pk])).content.decode()
    live = desk.get(reverse("admin:training_trainingrun_live", args=[run.pk]))

    assert "data-training-live" in page
    assert 'type="module"' in page
    assert "training_runs/progress.js" in page
    said = live.content.decode()
    assert "epoch 7 of 45" in said
    assert "loss 0.41" in said
    assert "&lt;b&gt;fit" in said
    assert "X-Ended" not in live


def test_a_run_that_ended_stops_the_page_from_asking(desk, run):
    TrainingRun.objects.update(state="failed", problem="class lymphocyte has 3 images.")

    live = desk.get(reverse("admin:training_trainingrun_live", args=[run.pk]))

    assert live["X-Ended"] == "1"
    assert "class lymphocyte has 3 images." in live.content.decode()


def test_a_training_is_cancelled_from_the_list(desk, run):
    desk.post(
        reverse("admin:training_trainingrun_changelist"),
        {"action": "cancel", "_selected_action": [str(run.pk)], "reason": "Wrong folder."},
    )

    run.refresh_from_db()
    assert (run.state, run.problem) == ("cancelled", "Cancelled: Wrong folder.")


def test_plots_come_from_its_evaluation_and_nowhere_else(desk, run):
    evaluation = run.folder / "evaluation"
    evaluation.mkdir(parents=True)
    (evaluation / "roc.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (run.folder / "options.json").write_text("{}")

    def status(name):
        return desk.get(reverse("admin:training_trainingrun_picture", args=[run.pk, name])).status_code

    assert (status("roc.png"), status("options.json"), status("other.png")) == (200, 404, 404)
    assert "roc.png" in desk.get(reverse("admin:training_trainingrun_change", args=[run.pk])).content.decode()


def test_only_administrators_see_training_runs(client, pavel, run):
    client.force_login(pavel)

    assert client.get(reverse("admin:training_trainingrun_live", args=[run.pk])).status_code == 302
