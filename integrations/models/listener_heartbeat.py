"""Whether somebody listens for messages that come in."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

SILENCE = timedelta(seconds=30)
"""A listener that was not heard of for so long is taken for dead. It writes every five seconds."""


class ListenerHeartbeatQuerySet(models.QuerySet["ListenerHeartbeat"]):
    """Questions that health checks ask."""

    def alive(self) -> Self:
        """Return those heard of lately that did not say goodbye."""
        return self.filter(seen_at__gte=timezone.now() - SILENCE, stopped_at__isnull=True)


class ListenerHeartbeat(models.Model):
    """The last word of one listener. Counts are since it started; it knows no patient."""

    listener = models.CharField(max_length=200, unique=True, help_text="Where it runs.")  # not translated
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    ports = models.PositiveIntegerField(default=0, help_text="Open ports, one a connection.")  # not translated
    sessions = models.PositiveIntegerField(default=0, help_text="Senders connected.")  # not translated
    answered = models.PositiveBigIntegerField(
        default=0,
        help_text="Messages acknowledged, refused ones too.",  # not translated
    )
    unanswered = models.PositiveBigIntegerField(
        default=0,
        help_text="Messages without an answer because of a fault here.",  # not translated
    )
    turned_away = models.PositiveBigIntegerField(default=0, help_text="Senders not let in.")  # not translated
    unreadable = models.PositiveBigIntegerField(
        default=0,
        help_text="Senders closed for what they sent.",  # not translated
    )
    problem = models.TextField(blank=True)

    objects = ListenerHeartbeatQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-seen_at"]

    def __str__(self) -> str:
        return self.listener
