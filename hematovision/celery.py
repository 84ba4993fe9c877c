"""The task queue: the one decorator every task comes from, and the one way a row that waits is announced."""

import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID

import structlog
from celery import Celery, signals
from celery.app.task import Task
from django.db import close_old_connections, transaction
from kombu.exceptions import KombuError
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hematovision.settings.local")

TRANSPORT_ALIASES["folder"] = "hematovision.folder_broker:Transport"

app = Celery("hematovision")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery would close the connection before and after every task. Under this name and no other does it find the setting.
app.conf.update(CELERY_DB_REUSE_MAX=10_000)

QUEUE_DEFAULT = "default"
QUEUE_INFERENCE = "inference"

_QUEUE_OF: dict[str, str] = {}

log = structlog.get_logger(__name__)


@signals.task_prerun.connect
def let_go_of_old_connections(**_: Any) -> None:
    """Let a task keep the connection of the one before it, as a request does: not when it is too old or broke off."""
    close_old_connections()


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

    Nothing calls `delay`: services announce a waiting row with `hint_on_commit` or `hint`, naming the task.
    """
    if soft_time_limit >= time_limit:
        msg = "The soft time limit must be shorter than the hard one."  # not translated
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


def hint_on_commit(task: str, *keys: UUID, rank: int = 0) -> None:
    """Hint the workers that a row waits (see `hint`) once the present transaction holds; at once outside of one."""
    transaction.on_commit(partial(hint, task, *keys, rank=rank))


def hint(task: str, *keys: UUID, rank: int = 0) -> bool:
    """Send the message of `task` (its dotted name) with primary keys; True when the broker took it.

    Messages of a lower `rank`, 0 to 9, are taken first, whenever they came; those of one rank in the order they came.

    The row is the truth and the message a hint: a broker that is away is logged and costs time, and the periodic
    pass that finds the waiting row sends its message again. It never fails the request that made the row.

    A task is named, not imported, because tasks import the services that announce them. Its module is imported here
    all the same, so that a wrong name is a defect at once and the queue is the one its decorator names.
    """
    import_module(task.rpartition(".")[0])
    queue = _QUEUE_OF[task]
    try:
        app.send_task(
            task, args=[str(key) for key in keys], queue=queue, priority=rank, retry=False, ignore_result=True
        )
    except _broker_errors() as error:
        log.warning("task_not_sent", task=task, keys=[str(key) for key in keys], error=type(error).__name__)
        return False
    return True


def _broker_errors() -> tuple[type[BaseException], ...]:
    """What a broker that is away raises: kombu's own errors, and the raw ones of the transport in use."""
    connection = app.connection_for_write()
    return (KombuError, OSError, *connection.connection_errors, *connection.channel_errors)
