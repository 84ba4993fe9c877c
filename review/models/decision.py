"""What one action changed in one cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef

from cases.cell_classes import LABEL_CHOICES
from cases.models import Case, Cell
from classifier.models import ModelVersion
from review.models.action import ReviewAction

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Questions about decisions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the decisions in the cases `user` may open."""
        cases = Case.objects.open_to(user)
        if cases.query.is_empty():
            return self.none()
        return self.filter(Exists(cases.filter(pk=OuterRef("action__case"))))


class Decision(models.Model):
    """A cell before and after one action, beside what the model called it then. Append-only.

    `before` and `after` hold `label`, `label_source`, `excluded`, `exclusion_reason`, `flagged`, `removed`,
    `revision`, `decided_by` and `decided_at`. `ai_label` is the class the model gave, "unidentified" where it
    would not name one, and empty where no model had classified the cell. `displayed` says whether the cell's picture had
    been on the reviewer's screen; None where nobody told (an undo, an import, a decision of before it was kept).
    """

    # Indexes of several columns begin with these two.
    action = models.ForeignKey(ReviewAction, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    before = models.JSONField()
    after = models.JSONField()
    ai_label = models.CharField(max_length=24, blank=True, choices=LABEL_CHOICES)
    ai_score = models.FloatField(null=True, blank=True)
    model_version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )

    displayed = models.BooleanField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["action", "cell"], name="an_action_decides_once_on_a_cell"),
        ]
        indexes = [models.Index(fields=["cell", "id"], name="decision_history_of_a_cell")]

    def __str__(self) -> str:
        return f"{self.cell_id}: {self.before.get('label', '')} -> {self.after.get('label', '')}"
