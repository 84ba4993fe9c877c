"""Which workers are alive, what they have loaded, and what is wrong with them."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from classifier.models.model_version import ModelVersion

#: A worker that has not been heard of for this long is taken for dead. It writes every few seconds,
#: so several beats may be lost to a busy database before anybody is alarmed.
SILENCE = timedelta(seconds=30)


class WorkerHeartbeatQuerySet(models.QuerySet["WorkerHeartbeat"]):
    """Questions /readyz and the administrators ask of the workers."""

    def alive(self) -> Self:
        """Workers heard of within the last ``SILENCE`` that have not said goodbye."""
        return self.filter(seen_at__gte=timezone.now() - SILENCE, stopped_at__isnull=True)

    def ready(self) -> Self:
        """Live workers that hold a verified model and have nothing to complain about."""
        return self.alive().filter(model_version__isnull=False, problem="")


class WorkerHeartbeat(models.Model):
    """The last word of one worker process."""

    worker = models.CharField(max_length=200, unique=True)
    queue = models.CharField(max_length=200, help_text="The queues it reads, separated by commas.")  # not translated
    engine = models.CharField(max_length=20, blank=True)
    model_version = models.ForeignKey(ModelVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    pid = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True, help_text="When its model was loaded.")  # not translated
    seen_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)

    objects = WorkerHeartbeatQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-seen_at"]

    def __str__(self) -> str:
        return self.worker
