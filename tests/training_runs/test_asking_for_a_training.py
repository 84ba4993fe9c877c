from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import AuditEvent
from hematovision.errors import Conflict, PermissionRefused, Unprocessable
from training_runs.models import TrainingRun
from training_runs.services import cancel_training, start_training, sweep_trainings
from training_runs.services.command import Output
from training_runs.services.plan import fit_options, steps_of
from training_runs.services.runs import _progress_of, claim_training

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    """Two folders of images to choose from, and a file that must not be offered."""
    settings.TRAINING_DIR = str(tmp_path)
    for name in ("pbc", "ours", ".hidden"):
        (tmp_path / "data" / name).mkdir(parents=True)
    (tmp_path / "data" / "notes.txt").write_text("no images")


def ask(actor=None, **changes):
    given = {"sources": ["pbc"], "version": "1.0.0", "reason": "A first one.", **changes}
    return start_training(actor=actor, **given)


def test_a_training_is_asked_for_and_recorded(ines):
    run = ask(ines)

    assert (run.state, run.requested_by, run.sources) == ("queued", ines, ["pbc"])
    assert AuditEvent.objects.get(object_id=str(run.pk)).reason == "A first one."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sources": ["../../etc"]}, "no ../../etc"),
        ({"sources": ["notes.txt"]}, "no notes.txt"),
        ({"sources": [".hidden"]}, "no .hidden"),
        ({"sources": []}, "at least one folder"),
        ({"reason": " "}, "why"),
        ({"size_px": 4}, "size_px"),
        ({"version": "1.0 beta"}, "version"),
        ({"backbone": "vgg"}, "backbone"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(changes, words):
    with pytest.raises(Unprocessable, match=words):
        ask(**changes)
    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize("who", ["amina", "pavel", "olga", "sami"])
def test_only_administrators_train(request, who):
    with pytest.raises(PermissionRefused):
        ask(request.getfixturevalue(who))


def test_a_version_is_trained_once():
    ask()

    with pytest.raises(Conflict, match="being trained"):
        ask()


def test_a_host_trains_one_network_at_a_time():
    first = ask()
    ask(version="2.0.0")

    assert claim_training(host="gpu-1").pk == first.pk
    assert claim_training(host="gpu-1") is None
    assert claim_training(host="gpu-2").version == "2.0.0"


def test_the_database_itself_keeps_a_host_to_one():
    ask()
    other = ask(version="2.0.0")
    claim_training(host="gpu-1")
    now = timezone.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingRun.objects.filter(pk=other.pk).update(state="running", host="gpu-1", started_at=now, seen_at=now)


def test_a_silent_host_loses_its_training_and_another_takes_it():
    ask()
    run = claim_training(host="gone")
    TrainingRun.objects.update(seen_at=timezone.now() - timedelta(minutes=3))

    assert sweep_trainings() == 1

    again = claim_training(host="gpu-2")
    assert (again.pk, again.attempt, again.host) == (run.pk, 2, "gpu-2")


def test_a_training_that_is_cut_short_again_and_again_is_given_up():
    ask()
    claim_training(host="gone")
    TrainingRun.objects.update(seen_at=timezone.now() - timedelta(minutes=3), attempt=5)

    sweep_trainings()

    run = TrainingRun.objects.get()
    assert (run.state, "5 times" in run.problem) == ("failed", True)


def test_a_waiting_training_is_cancelled_at_once(ines):
    run = cancel_training(actor=ines, run=ask(ines), reason="Wrong folder.")

    assert (run.state, run.problem) == ("cancelled", "Cancelled: Wrong folder.")
    with pytest.raises(Conflict, match="already"):
        cancel_training(actor=ines, run=run, reason="Again.")


def test_a_running_training_is_asked_to_stop(ines):
    ask(ines)
    run = claim_training(host="gpu-1")

    cancel_training(actor=ines, run=run, reason="Too slow.")

    run.refresh_from_db()
    assert (run.state, run.cancel_asked) == ("running", True)


def test_from_learnt_weights_the_base_is_frozen_first():
    run = ask(head_epochs=3, epochs=7, rate=0.002)

    assert fit_options(run)["phases"] == [
        {"epochs": 3, "rate": 0.002, "train": "head"},
        {"epochs": 7, "rate": 0.0002, "train": "all"},
    ]
    assert run.total_epochs == 10


def test_from_random_weights_everything_is_trained_at_the_full_rate():
    run = ask(start_weights="random", epochs=7, rate=0.002)

    assert fit_options(run)["phases"] == [{"epochs": 7, "rate": 0.002, "train": "all"}]
    assert run.total_epochs == 7


def test_the_steps_are_the_commands_of_the_project(tmp_path):
    steps = steps_of(ask(sources=["pbc", "ours"], skip_bad=True))

    assert [step.name for step in steps] == ["prepare", "crops", "fit", "export", "evaluate", "card"]
    assert f"ours={tmp_path}/data/ours" in steps[0].arguments
    assert "--skip-bad" in steps[0].arguments
    assert "--mixed-sizes" not in steps[0].arguments


def test_a_progress_bar_takes_one_line_of_the_output():
    output = Output()
    for line in (
        "== prepare",
        "finding look-alikes: 50%|##   | 34/68 [00:20<00:19, 1.74image/s]",
        "finding look-alikes: 100%|####| 68/68 [00:39<00:00, 1.74image/s]",
        "comparing look-alikes: 131pair [00:10, 12.92pair/s]",
        "Class lymphocyte has 3 images.",
        "comparing look-alikes: 394pair [01:00:48, 6.53pair/s]",
    ):
        output.add(line)

    assert output.text().splitlines() == [
        "== prepare",
        "comparing look-alikes: 131pair [00:10, 12.92pair/s]",
        "Class lymphocyte has 3 images.",
        "comparing look-alikes: 394pair [01:00:48, 6.53pair/s]",
    ]
    assert output.last_sentence() == "Class lymphocyte has 3 images."


def test_progress_is_read_from_the_log_of_the_network():
    run = ask(start_weights="random")
    assert _progress_of(run) == {}
    folder = run.folder / "fit"
    folder.mkdir(parents=True)
    (folder / "log.csv").write_text("epoch,loss,val_loss,note\n0,1.5,nan,x\n1,0.75,0.5,x\n")

    assert _progress_of(run) == {"epoch": 2, "figures": {"loss": 0.75, "val_loss": 0.5}}
