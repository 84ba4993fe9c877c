"""What workers say about themselves, and who listens."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from classifier.models import ModelVersion, WorkerHeartbeat


def worker_name(node: str) -> str:
    """What a process is called in claims and heartbeats: its Celery node and its process id.

    The id tells a worker from the one that replaced it under the same node name.
    """
    return f"{node}/{os.getpid()}"


@dataclass(frozen=True, slots=True)
class Beat:
    """One word of a worker: who it is, which queues it serves, what it holds, what is wrong."""

    worker: str
    queue: str
    engine: str
    pid: int
    started_at: datetime
    model_version: ModelVersion | None = None
    ready_at: datetime | None = None
    problem: str = ""


def beat(said: Beat) -> None:
    """Write a worker's heartbeat; its row is made on the first."""
    WorkerHeartbeat.objects.update_or_create(
        worker=said.worker,
        defaults={
            "queue": said.queue,
            "engine": said.engine,
            "pid": said.pid,
            "started_at": said.started_at,
            "model_version": said.model_version,
            "ready_at": said.ready_at,
            "problem": said.problem,
            "seen_at": timezone.now(),
            "stopped_at": None,
        },
    )


def say_goodbye(*, worker: str) -> None:
    """Mark a worker that stopped in order, so that nobody waits for its silence to be noticed."""
    WorkerHeartbeat.objects.filter(worker=worker).update(stopped_at=timezone.now())
