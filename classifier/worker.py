"""The life of a worker process: load the model, say so every few seconds, keep the leases, say goodbye.

Imported by Celery processes only (`CELERY_IMPORTS`), never by the web process.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

import structlog
from celery import current_app, signals
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop

from classifier import analyser
from classifier.inference.errors import InferenceError
from classifier.models import ModelVersion
from classifier.services.claims import renew_leases
from classifier.services.heartbeats import Beat, beat, say_goodbye, worker_name

if TYPE_CHECKING:
    from datetime import datetime

log = structlog.get_logger(__name__)

INFERENCE_QUEUE = "inference"
#: A model that cannot be loaded is tried again this often, in seconds, when no image asks for it.
RETRY_SECONDS = 30.0


class Life:
    """The heartbeat of one process, on a thread of its own.

    The thread also loads the active model ahead of the first image, and the next one after a promotion.
    """

    def __init__(self, *, node: str, queues: list[str]) -> None:
        self.worker = worker_name(node)
        self.queues = sorted(queues)
        self.engine = settings.HEMATOVISION_ENGINE
        self.reads_images = INFERENCE_QUEUE in self.queues
        self.started_at = timezone.now()
        self.ready_at: datetime | None = None
        self.version: ModelVersion | None = None
        self.problem = ""
        # Here and not above: beat imports this module as well and needs no engine in its memory.
        from classifier.bundle_analyser import BundleAnalyser

        self._analyser = BundleAnalyser(self.engine)
        self._tried_at = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._live, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Install the analyser and begin to beat."""
        if self.reads_images:
            analyser.install(self._analyser)
        self._thread.start()

    def stop(self) -> None:
        """Stop beating and leave word that it was in order."""
        self._stop.set()
        self._thread.join(timeout=10)
        say_goodbye(worker=self.worker)
        connection.close()

    def _live(self) -> None:
        while True:
            try:
                self._beat()
                self._prepare()
                self._beat()
                renew_leases()
            except Exception:
                # A database that is away for a moment must not silence the worker for ever.
                log.exception("heartbeat_missed", worker=self.worker)
            finally:
                connection.close()
            if self._stop.wait(settings.WORKER_HEARTBEAT_SECONDS):
                return

    def _beat(self) -> None:
        beat(
            Beat(
                worker=self.worker,
                queue=",".join(self.queues),
                engine=self.engine if self.reads_images else "",
                pid=os.getpid(),
                started_at=self.started_at,
                model_version=self.version,
                ready_at=self.ready_at,
                problem=self.problem,
            )
        )

    def _prepare(self) -> None:
        """Hold the active model, or say why it cannot be held."""
        if not self.reads_images:
            self.ready_at = self.ready_at or timezone.now()
            return
        active = ModelVersion.objects.active()
        if active is None:
            self.version, self.problem = None, gettext_noop("No model is in use.")
            return
        now = time.monotonic()
        if self.problem and self.version == active and now - self._tried_at < RETRY_SECONDS:
            return
        self._tried_at = now
        self.version = active
        try:
            self._analyser.hold(active)
        except InferenceError as error:
            if self.problem != error.sentence:
                log.warning("model_unusable", model_version=str(active), problem=error.sentence)
            self.problem, self.ready_at = error.sentence, None
        else:
            if self.ready_at is None:
                self.ready_at = timezone.now()
            self.problem = ""


_life: dict[int, Life] = {}
_node: list[str] = []


@signals.celeryd_init.connect
def remember_node(sender: str, **_: Any) -> None:
    """Keep the node name: a forked pool process is not told its own."""
    _node[:] = [sender]


@signals.worker_process_init.connect
def begin_in_pool_process(**_: Any) -> None:
    """A process of the prefork pool (or the solo pool) starts."""
    _begin()


@signals.worker_ready.connect
def begin_in_main_process(sender: Any, **_: Any) -> None:
    """A worker consumes. With the prefork pool its children do the work and have begun already."""
    if not type(sender.pool).__module__.endswith("prefork"):
        _begin()


@signals.worker_process_shutdown.connect
@signals.worker_shutdown.connect
def end(**_: Any) -> None:
    """The process stops in order."""
    life = _life.pop(os.getpid(), None)
    if life is not None:
        life.stop()


def _begin() -> None:
    """Start this process's life once."""
    pid = os.getpid()
    if pid not in _life:
        _life[pid] = Life(node=_node[0] if _node else "worker", queues=list(current_app.amqp.queues.consume_from))
        _life[pid].start()
