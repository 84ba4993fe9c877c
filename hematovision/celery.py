"""The task queue, and the one decorator every task comes from."""

import os
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.app.task import Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.local")

app = Celery("hematovision")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

QUEUE_DEFAULT = "default"
QUEUE_INFERENCE = "inference"

_QUEUE_OF: dict[str, str] = {}


def route_task(name: str, *_: Any, **__: Any) -> dict[str, str]:
    """Send a task to the queue its decorator named (Celery's router protocol)."""
    return {"queue": _QUEUE_OF.get(name, QUEUE_DEFAULT)}


app.conf.task_routes = [route_task]


def clinical_task(
    *,
    queue: str = QUEUE_DEFAULT,
    soft_time_limit: int = 240,
    time_limit: int = 300,
    retry_on: tuple[type[Exception], ...] = (),
    max_retries: int = 5,
    backoff_max: int = 120,
    name: str | None = None,
) -> Callable[[Callable[..., Any]], Task]:
    """Make a function a task with the delivery promises clinical work needs.

    The message is acknowledged only after the task returned (`acks_late`) and goes back to the
    queue when its worker dies, so a task may run twice: its service must write once. Times are in
    seconds; the soft limit raises inside the task, the hard limit kills its process. Pool
    `threads` cannot kill, so there the lease on the database row is the limit that counts. Only
    the named exceptions are retried, at most `max_retries` times, waiting 1, 2, 4 ... seconds
    with jitter, never longer than `backoff_max`.

    Use `task.delay_on_commit(pk)`: arguments are primary keys, sent when the transaction holds.
    """
    if soft_time_limit >= time_limit:
        msg = "The soft time limit must be shorter than the hard one."
        raise ValueError(msg)

    def make(function: Callable[..., Any]) -> Task:
        task_name = name or app.gen_task_name(function.__name__, function.__module__)
        _QUEUE_OF[task_name] = queue
        task: Task = app.task(
            name=task_name,
            acks_late=True,
            reject_on_worker_lost=True,
            soft_time_limit=soft_time_limit,
            time_limit=time_limit,
            autoretry_for=retry_on,
            max_retries=max_retries,
            retry_backoff=True,
            retry_backoff_max=backoff_max,
            retry_jitter=True,
            ignore_result=True,
        )(function)
        return task

    return make
