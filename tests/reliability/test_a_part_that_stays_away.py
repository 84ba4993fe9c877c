"""However long the storage is away or the disk full, an image waits for it, uses no attempt, and is analysed afterwards."""

import errno
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings as configured
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from classifier.models import Analysis, WorkerHeartbeat
from classifier.services import run_analysis, sweep
from classifier.services.claims import WAIT_FOR_PART_SECONDS
from tests.classifier.real_worker import Processes, empty_broker

OUTAGES = 10
"""Many more than a run has attempts."""


def due_now():
    """The pause of every waiting run is over."""
    Analysis.objects.filter(state="queued").update(not_before=timezone.now())


@pytest.fixture(params=["storage away", "disk full"])
def part_away(request, monkeypatch):
    """A part that the worker needs, and what its refusal says."""
    with monkeypatch.context() as patched:
        if request.param == "storage away":
            patched.setattr(FileSystemStorage, "_open", Mock(side_effect=OSError(errno.EIO, "Input/output error")))
            yield "cannot be reached", patched
        else:
            patched.setattr(FileSystemStorage, "_save", Mock(side_effect=OSError(errno.ENOSPC, "No space left")))
            yield "no room", patched


@pytest.mark.django_db
def test_no_attempt_is_used_up_and_the_image_is_analysed_when_the_part_is_back(image, engine, part_away):
    sentence, patched = part_away
    for _ in range(OUTAGES):
        due_now()
        analysis = run_analysis(image_id=image.pk, worker="one")
        assert (analysis.state, analysis.attempt) == ("queued", 0)
        assert sentence in analysis.problem
        image.refresh_from_db()
        assert image.state == "queued"

    patched.undo()
    due_now()
    analysis = run_analysis(image_id=image.pk, worker="two")

    assert (analysis.state, analysis.attempt, analysis.problem) == ("done", 1, "")
    assert (analysis.away_since, analysis.not_before) == (None, None)


@pytest.mark.django_db
def test_a_waiting_run_is_left_alone_until_it_is_due(image, engine, part_away):
    run_analysis(image_id=image.pk, worker="one")

    assert run_analysis(image_id=image.pk, worker="two") is None, "its pause is not over"
    assert sweep().sent_again == 0

    due_now()
    assert sweep().sent_again == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("away", "pause"), [(0, 10), (5, 10), (60, 60), (3600, 120)], ids=str)
def test_the_pauses_grow_with_the_outage_and_have_an_end(image, engine, part_away, away, pause):
    assert WAIT_FOR_PART_SECONDS == (10, 120)
    Analysis.objects.update(away_since=timezone.now() - timedelta(seconds=away))

    analysis = run_analysis(image_id=image.pk, worker="one")

    waits = analysis.not_before - analysis.started_at
    assert timedelta(0) <= waits - timedelta(seconds=pause) < timedelta(seconds=pause)


@pytest.mark.django_db
def test_a_defect_after_an_outage_has_all_its_attempts(image, engine, monkeypatch, part_away):
    _, patched = part_away
    run_analysis(image_id=image.pk, worker="one")
    patched.undo()
    due_now()
    monkeypatch.setattr(engine, "analyse", Mock(side_effect=ZeroDivisionError))

    with pytest.raises(ZeroDivisionError):
        run_analysis(image_id=image.pk, worker="two")

    analysis = Analysis.objects.get()
    assert (analysis.state, analysis.attempt) == ("queued", 1)
    assert "reference" in analysis.problem


class Share:
    """The folder of the files, as a share whose place stays when it is not mounted.

    A process that starts meanwhile may write a probe to the empty place. As with a mount, that is neither in the share nor
    in its way when it comes back.
    """

    def __init__(self, empty: Path) -> None:
        self.place = Path(configured.MEDIA_ROOT)
        self.files = self.place.with_name(f"{self.place.name}.share")
        self.empty = empty

    def begin(self) -> None:
        self.place.rename(self.files)
        self.place.symlink_to(self.files)

    def leave(self) -> None:
        self._show(self.empty)

    def come_back(self) -> None:
        self._show(self.files)

    def end(self) -> None:
        self.place.unlink()
        self.files.rename(self.place)

    def _show(self, folder: Path) -> None:
        link = self.place.with_name(f"{self.place.name}.next")
        link.symlink_to(folder)
        link.replace(self.place)


@pytest.fixture
def share(tmp_path):
    mounted = Share(tmp_path / "not-mounted")
    mounted.empty.mkdir()
    mounted.begin()
    yield mounted
    mounted.end()


@pytest.mark.slow
@pytest.mark.xdist_group("real-workers")
@pytest.mark.django_db(transaction=True)
def test_real_workers_wait_through_an_outage_longer_than_all_attempts(image, share, tmp_path):
    empty_broker()
    # Nobody takes it before the share is away.
    Analysis.objects.update(not_before=timezone.now() + timedelta(hours=1))
    processes = Processes(tmp_path)
    try:
        processes.worker()
        processes.until(lambda: WorkerHeartbeat.objects.ready().exists(), what="a worker that is ready")
        share.leave()
        processes.worker("late")
        processes.beat()
        for outage in range(5):
            due_now()
            found_away = processes.until(
                lambda: Analysis.objects.filter(away_since__isnull=False, not_before__gt=timezone.now()).first(),
                what=f"outage {outage + 1}",
            )
            assert (found_away.state, found_away.attempt) == ("queued", 0)
        share.come_back()
        due_now()
        processes.until(lambda: Analysis.objects.filter(state="done").exists(), what="the analysis")
    finally:
        processes.end()
        empty_broker()
    assert Analysis.objects.get().attempt == 1
