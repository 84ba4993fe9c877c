"""What is done from time to time, by whom nobody asks: sweeps, watches, and second sendings of what was lost."""

from __future__ import annotations

from typing import Any

from hematovision.settings.environment import env

_MINUTE, _HOUR = 60.0, 3600.0
SWEEP_SECONDS = env.int("HEMATOVISION_SWEEP_SECONDS", default=30)


def _every(seconds: float, task: str, *, expires: float | None = None) -> dict[str, Any]:
    """Send the message of `task` every so many seconds; it is worth nothing after `expires`, else when the next one comes.

    A worker that was away must not find an hour of sweeps waiting for it: each says the same.
    """
    return {"task": task, "schedule": seconds, "options": {"queue": "default", "expires": expires or seconds}}


CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # Never expires sooner than a busy worker of the folder broker takes to fetch it.
    "sweep": _every(float(SWEEP_SECONDS), "classifier.tasks.sweep", expires=max(30.0, SWEEP_SECONDS)),
    "sweep_trainings": _every(_MINUTE, "training_runs.tasks.sweep_trainings"),
    "sweep_calibrations": _every(_MINUTE, "calibration.tasks.sweep_calibrations"),
    "sweep_tried_pictures": _every(_MINUTE, "sandbox.tasks.sweep_tried_pictures"),
    # They are about patients: none is kept longer than an hour past its day.
    "forget_stored_answers": _every(_HOUR, "hematovision.rest.tasks.forget_stored_answers"),
    # Hourly, because a machine may be off at any one hour; only the first of a day writes.
    "checkpoint_audit": _every(_HOUR, "audit.tasks.checkpoint_audit"),
    # E-mails, pushes, links and invitations leave at once; what was lost with a broker or a worker is asked for again.
    "send_waiting_emails": _every(2 * _MINUTE, "notices.tasks.send_waiting_emails"),
    "send_waiting_pushes": _every(5 * _MINUTE, "notices.tasks.send_waiting_pushes"),
    "sweep_password_resets": _every(_MINUTE, "accounts.tasks.sweep_password_resets"),
    "send_waiting_invitations": _every(2 * _MINUTE, "education.tasks.send_waiting_invitations"),
    "follow_up_reports": _every(_MINUTE, "inbox.tasks.follow_up_reports"),
    # Copied cells are recalled as their reason arises; this is for those whose process ended before it did so.
    "recall_unsupported_cells": _every(_HOUR, "education.tasks.recall_unsupported_cells"),
    # Events get their place in the feed as they are committed; this is for those whose process ended before it did so.
    "sweep_feed": _every(30.0, "integrations.tasks.sweep_feed"),
    # Workers are asked to send as things happen; this is for retries whose time has come, and for what was lost on its way.
    "send_due": _every(5.0, "integrations.tasks.send_due", expires=30.0),
    "follow_stuck_messages": _every(_MINUTE, "integrations.tasks.follow_stuck_messages"),
    # Whether what was signed until yesterday arrived; asked several times a day because a machine may be off at any one hour.
    "watch_reconciliation": _every(6 * _HOUR, "integrations.tasks.watch_reconciliation", expires=_HOUR),
    # Whether the model in use still does what its card says, at each laboratory; an alarm is said once a week.
    "watch_drift": _every(6 * _HOUR, "oversight.tasks.watch_drift", expires=_HOUR),
    # Everything is verified once a week; the question is asked hourly because a machine may be off at any one hour.
    "follow_verifications": _every(_HOUR, "oversight.tasks.follow_verifications"),
    # What an upload left that broke off with its process; a running one writes to its file all the time.
    "sweep_interrupted_uploads": _every(_HOUR, "cases.tasks.sweep_interrupted_uploads"),
    # Counts of reviewed cells follow what was reviewed; until then pages count these cases cell by cell.
    "tally_cases": _every(_MINUTE, "oversight.tasks.tally_cases"),
    # The board of turn-around follows what was signed.
    "time_signed_cases": _every(_MINUTE, "oversight.tasks.time_signed_cases"),
    # When a result is usually ready is said from the last weeks; a few hours more or less change nothing.
    "measure_turnaround": _every(6 * _HOUR, "oversight.tasks.measure_turnaround", expires=_HOUR),
}
