"""Running what was asked for: one training at a time on a host, step by step, going on where it was cut off."""

from __future__ import annotations

import shutil
import threading
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any

import structlog
from django.core.cache import cache
from django.db import IntegrityError, OperationalError, close_old_connections, transaction
from django.db.models import F
from django.utils import timezone

from classifier.services.registration import register_model
from hematovision.celery import hint
from hematovision.errors import DomainError
from training.history import read_history
from training_runs.models import TrainingRun, TrainingState
from training_runs.services.command import Output, kill_orphan, run_command
from training_runs.services.plan import FIT, LOG, MODEL, Step, steps_of, write_options
from training_runs.services.requests import RUN_TRAINING

log = structlog.get_logger(__name__)

#: A host that has not reported on its run for this long is taken for dead.
SILENCE = timedelta(minutes=2)
MAX_ATTEMPTS = 5
#: Waiting runs are announced again this often, in seconds: their message may be gone, or nobody reads the queue.
ANNOUNCE_EVERY = 300

#: Set when this worker is asked to stop: a training in hand goes back to the queue and resumes later.
stopping = threading.Event()


class StoppedError(Exception):
    """The worker is stopping, or the run was taken from this host."""


class CancelledError(Exception):
    """A person took the training back."""


class StepFailedError(Exception):
    """A step refused or broke; the message is its last sentence."""


def run_waiting(*, host: str) -> int:
    """Run waiting trainings on this host, oldest first, until none is left or the host is busy; returns how many."""
    count = 0
    while not stopping.is_set():
        run = claim_training(host=host)
        if run is None:
            break
        _carry_out(run)
        count += 1
    return count


def claim_training(*, host: str) -> TrainingRun | None:
    """Take the oldest waiting training for this host; None when none waits or the host trains already.

    One conditional UPDATE claims it; that a host trains one network at a time is the database's own constraint.
    """
    while True:
        found = TrainingRun.objects.filter(state=TrainingState.QUEUED).order_by("queued_at").first()
        if found is None:
            return None
        now = timezone.now()
        try:
            with transaction.atomic():
                taken = TrainingRun.objects.filter(pk=found.pk, state=TrainingState.QUEUED).update(
                    state=TrainingState.RUNNING,
                    host=host,
                    started_at=now,
                    seen_at=now,
                    attempt=F("attempt") + 1,
                    problem="",
                )
        except IntegrityError:
            return None
        if taken:
            if found.host == host and kill_orphan(found.pid, folder=found.folder):
                log.warning("training_orphan_killed", training_run=str(found.pk), pid=found.pid)
            return TrainingRun.objects.get(pk=found.pk)


def sweep_trainings() -> int:
    """Give trainings of hosts that fell silent back to the queue, and announce what waits; returns how many came back."""
    returned = 0
    silent = TrainingRun.objects.filter(state=TrainingState.RUNNING, seen_at__lt=timezone.now() - SILENCE)
    for run in silent:
        mine = TrainingRun.objects.filter(pk=run.pk, state=TrainingState.RUNNING, attempt=run.attempt)
        if run.attempt >= MAX_ATTEMPTS:
            sentence = f"The training was cut short {run.attempt} times and was given up."  # not translated
            mine.update(state=TrainingState.FAILED, problem=sentence, finished_at=timezone.now())
        else:
            returned += mine.update(state=TrainingState.QUEUED)
        log.warning("training_host_silent", training_run=str(run.pk), host=run.host, attempt=run.attempt)
    waiting = TrainingRun.objects.filter(state=TrainingState.QUEUED).order_by("queued_at").first()
    if waiting is not None and (returned or cache.add("training.announced", 1, timeout=ANNOUNCE_EVERY)):
        hint(RUN_TRAINING)
    return returned


def _carry_out(run: TrainingRun) -> None:
    log.info("training_started", training_run=str(run.pk), attempt=run.attempt)
    try:
        write_options(run)
        for step in steps_of(run):
            if step.name not in run.steps_done:
                _do_step(run, step)
        version, _ = register_model(actor=run.requested_by, directory=run.folder / MODEL)
    except StoppedError:
        _finish(run, TrainingState.QUEUED, pid=0)
    except CancelledError:
        run.refresh_from_db(fields=["problem"])
        _finish(run, TrainingState.CANCELLED, pid=0, problem=run.problem)
    except StepFailedError as error:
        _finish(run, TrainingState.FAILED, pid=0, problem=str(error))
    except DomainError as error:
        _finish(run, TrainingState.FAILED, pid=0, problem=error.sentence)
    except Exception:
        _finish(
            run,
            TrainingState.FAILED,
            pid=0,
            problem="The training stopped on a defect of the software.",  # not translated
        )
        raise
    else:
        _finish(run, TrainingState.DONE, pid=0, step="", model_version=version)


def _do_step(run: TrainingRun, step: Step) -> None:
    output = Output(run.output)
    output.add(f"== {step.name}")
    if step.redo and Path(step.redo).exists():
        shutil.rmtree(step.redo)
    _report(run, step=step.name, output=output.text())
    stopped: list[type[Exception]] = []

    def look() -> bool:
        why = _why_stop(run, output)
        stopped.extend(why)
        return not why

    status = run_command(step.command, output=output, on_start=lambda pid: _report(run, pid=pid), on_look=look)
    if stopped:
        raise stopped[0]
    run.output = output.text()
    if status != 0:
        sentence = output.last_sentence() or f"The step {step.name} ended with status {status}."  # not translated
        _report(run, output=run.output)
        raise StepFailedError(sentence)
    run.steps_done = [*run.steps_done, step.name]
    _report(run, steps_done=run.steps_done, output=run.output, **_progress_of(run))


def _why_stop(run: TrainingRun, output: Output) -> list[type[Exception]]:
    """Report progress; the reason to stop the command, if there is one."""
    if stopping.is_set():
        return [StoppedError]
    try:
        close_old_connections()
        still_ours = _report(run, output=output.text(), **_progress_of(run))
        cancelled = TrainingRun.objects.filter(pk=run.pk, cancel_asked=True).exists()
    except OperationalError:
        # The database is away for a moment: hours of training must not be lost for that.
        log.exception("training_not_reported", training_run=str(run.pk))
        return []
    if cancelled:
        return [CancelledError]
    return [] if still_ours else [StoppedError]


def _report(run: TrainingRun, **changes: Any) -> bool:
    """Write how far the run is; False when it is no longer this attempt's."""
    mine = TrainingRun.objects.filter(pk=run.pk, state=TrainingState.RUNNING, attempt=run.attempt)
    return bool(mine.update(seen_at=timezone.now(), **changes))


def _finish(run: TrainingRun, state: TrainingState, **changes: Any) -> None:
    if state != TrainingState.QUEUED:
        changes["finished_at"] = timezone.now()
    mine = TrainingRun.objects.filter(pk=run.pk, state=TrainingState.RUNNING, attempt=run.attempt)
    if mine.update(state=state, **changes):
        log.info("training_ended", training_run=str(run.pk), state=str(state))


def _progress_of(run: TrainingRun) -> dict[str, Any]:
    """Epoch and figures of the last line in the log of `fit`; nothing while there is none."""
    history = read_history(run.folder / FIT / LOG)
    if not history:
        return {}
    figures = {}
    for name, text in history[-1].items():
        try:
            value = float(text)
        except (TypeError, ValueError):
            continue
        # A line that is being written may hold a part of a number; the next look has the whole one.
        if isfinite(value):
            figures[name] = value
    # The log counts epochs from nought.
    return {"epoch": int(figures.pop("epoch", -1)) + 1, "figures": figures}
