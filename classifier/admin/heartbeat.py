"""Workers in the administration."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone

from classifier.admin.read_only import ReadOnlyAdmin
from classifier.models import WorkerHeartbeat
from classifier.models.heartbeat import SILENCE


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(ReadOnlyAdmin[WorkerHeartbeat]):
    list_display = ("worker", "is_alive", "queue", "engine", "model_version", "seen_at", "up_for", "problem")
    list_filter = ("engine", "queue")
    list_select_related = ("model_version",)

    @admin.display(boolean=True, description="alive")
    def is_alive(self, row: WorkerHeartbeat) -> bool:
        """Heard of lately and not stopped in order."""
        return row.stopped_at is None and timezone.now() - row.seen_at < SILENCE

    @admin.display(description="up for")
    def up_for(self, row: WorkerHeartbeat) -> timedelta:
        """Time between its first and its last word."""
        return timedelta(seconds=round((row.seen_at - row.started_at).total_seconds()))
