"""A signed case opened again."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case


class AmendmentKind(models.TextChoices):
    """What becomes of the signed report."""

    CORRECTED = "corrected", _("Corrected")
    APPENDED = "appended", _("Addendum")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class AmendmentReason(models.TextChoices):
    """Why, as a code that can be counted."""

    RECLASSIFIED = "reclassified", _("Cells were classified wrongly")
    MISSED_CELLS = "missed_cells", _("Cells were missed or counted twice")
    INTERPRETATION = "interpretation", _("The interpretation changes")
    ADDITIONAL_INFORMATION = "additional", _("Information came later")
    CLERICAL = "clerical", _("Clerical error")
    WRONG_PATIENT = "wrong_patient", _("Wrong patient")
    WRONG_SPECIMEN = "wrong_specimen", _("Wrong specimen")
    OTHER = "other", _("Other")


class AmendmentOutcome(models.TextChoices):
    """How it ended."""

    SIGNED = "signed", _("Signed")
    ABANDONED = "abandoned", _("Abandoned")


class Amendment(models.Model):
    """From the moment a pathologist opens a signed case to the next signature or to giving it up.

    `since_number` is the last review action the standing signature covers: what came after it is put back when the
    amendment is abandoned. `details` is what was said about the specimen then, put back likewise. While one is open
    the signed report stands as it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="amendments")
    kind = models.CharField(max_length=10, choices=AmendmentKind.choices)
    reason_code = models.CharField(max_length=24, choices=AmendmentReason.choices)
    reason = models.CharField(max_length=500)
    since_number = models.PositiveIntegerField(default=0)
    details = models.JSONField(default=dict, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True, choices=AmendmentOutcome.choices)

    class Meta:
        ordering = ["case", "opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(outcome=""), name="a_case_is_amended_once_at_a_time"),
            models.CheckConstraint(condition=Q(kind__in=AmendmentKind.values), name="amendment_kind_is_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="an_amendment_says_why"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True)
                | (Q(outcome__in=AmendmentOutcome.values) & Q(settled_at__isnull=False)),
                name="a_settled_amendment_has_an_outcome_and_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.outcome or 'open'}"

    @property
    def is_open(self) -> bool:
        """Whether it awaits its signature."""
        return not self.outcome
