"""Which cells of a microscope to label next."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ProposalState(models.TextChoices):
    """Waiting for a worker, or ended."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Proposal(models.Model):
    """The unlabelled cells of a microscope that tell most, the most telling first; empty where there is none left."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    microscope = models.ForeignKey("microscopes.Microscope", on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.WAITING)
    cells = models.JSONField(default=list, blank=True, help_text="Ids of cells, in order.")  # not translated
    problem = models.TextField(blank=True, help_text="One sentence, shown to people.")  # not translated
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["microscope"],
                condition=Q(state=ProposalState.WAITING),
                name="a_microscope_waits_for_one_proposal",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.WAITING) | Q(finished_at__isnull=False),
                name="a_proposal_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.FAILED) | ~Q(problem=""), name="a_failed_proposal_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.microscope_id}: {self.state}"
