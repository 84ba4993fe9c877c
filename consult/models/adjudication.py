"""How a difference between two reviewers was adjudicated."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.cell_classes import LABEL_CHOICES
from consult.models.comparison import Comparison


class Choice(models.TextChoices):
    """Whose label stands."""

    FIRST = "first", _("The first reviewer's")
    SECOND = "second", _("The colleague's")
    OTHER = "other", _("Another")


class Adjudication(models.Model):
    """One difference adjudicated, once. Append-only.

    `action_id` is the review action that changed the cell; null where the cell already said so.
    """

    comparison = models.OneToOneField(Comparison, on_delete=models.PROTECT, related_name="adjudication")
    choice = models.CharField(max_length=6, choices=Choice.choices)
    label = models.CharField(max_length=24, blank=True, choices=LABEL_CHOICES)
    excluded = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    action_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="adjudication_choice_is_known"),
            models.CheckConstraint(
                condition=Q(excluded=True, label="") | (Q(excluded=False) & ~Q(label="")),
                name="an_adjudication_names_a_class_or_excludes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.choice}: {self.label or 'excluded'}"

    @property
    def code(self) -> str:
        """What the cell is called by it, as one code."""
        return "excluded" if self.excluded else self.label
