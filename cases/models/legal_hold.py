"""What stands against the removal of anything of a case: a dispute, an inquiry, an order of a court."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    """Reads of legal holds."""

    def in_force(self) -> Self:
        """Return those that nobody released."""
        return self.filter(release__isnull=True)


class LegalHold(models.Model):
    """Somebody ordered that everything of a case is kept, and said why. Rows are inserted and read, nothing else.

    A case may be under several at once, each for its own reason; it is held as long as one of them is in force.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="legal_holds")
    placed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_says_why")]

    def __str__(self) -> str:
        return f"{self.case_id} since {self.placed_at:%Y-%m-%d}"  # not translated

    @property
    def is_in_force(self) -> bool:
        """Whether nobody released it."""
        return not hasattr(self, "release")


class LegalHoldRelease(models.Model):
    """The end of a legal hold: by whom, when and why. Never changed; what was released is held again by a new hold."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hold = models.OneToOneField(LegalHold, on_delete=models.PROTECT, related_name="release")
    released_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["-released_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_release_says_why")]

    def __str__(self) -> str:
        return f"{self.hold_id} on {self.released_at:%Y-%m-%d}"  # not translated
