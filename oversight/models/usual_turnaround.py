"""How long a laboratory's results usually take, from its own record."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models import Priority


class UsualTurnaround(models.Model):
    """How long it took from submission to the first signed report, of the cases of one kind.

    `weekday` (Monday is 0) and `hour` are those of submission, in UTC; both None for all hours of the week together.
    Half of the `number` cases were signed after `median`, nine of ten after `ninth_decile`. Derived from cases and reports and
    made anew from them; see `oversight.services.turnaround`.
    """

    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False)
    priority = models.CharField(max_length=10, choices=Priority.choices)
    weekday = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(6)])
    hour = models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(23)])
    number = models.PositiveIntegerField()
    median = models.DurationField()
    ninth_decile = models.DurationField()
    measured_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["laboratory", "priority", "weekday", "hour"], name="one_usual_turnaround_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=True, hour__isnull=True)
                | Q(weekday__isnull=False, weekday__lte=6, hour__isnull=False, hour__lte=23),
                name="a_usual_turnaround_is_of_an_hour_of_the_week_or_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"Usual turnaround of {self.laboratory_id}, {self.priority}"  # not translated
