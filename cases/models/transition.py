"""Every step of the two state machines, as rows the database itself protects."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from cases.states import CaseState, ImageState


class CaseTransition(models.Model):
    """A case went from one state to another: when, by whom (nobody means the system) and why."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=12, choices=CaseState.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=CaseState.choices)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} -> {self.to_state}"


class ImageTransition(models.Model):
    """An image went from one state to another: when, by whom (nobody means the system) and why."""

    image = models.ForeignKey("cases.SmearImage", on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=12, choices=ImageState.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=ImageState.choices)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} -> {self.to_state}"
