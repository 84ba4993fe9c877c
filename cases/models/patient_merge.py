"""Two records of one person made one: which, by whom, why, and how everything stood before."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.fields import EncryptedCharField

UNDO_WITHIN = timedelta(days=30)
"""How long an administrator may undo a merge."""
_SNAPSHOT_MAX = 10_000_000


class PatientMergeQuerySet(models.QuerySet["PatientMerge"]):
    """Reads of merges."""

    def standing(self) -> Self:
        """Return those that nobody undid."""
        return self.filter(undo__isnull=True)


class PatientMerge(models.Model):
    """From now on `from_patient` is `into`. Rows are inserted and read; only `rotate_field_keys` writes the snapshot again.

    The snapshot is JSON, encrypted, since it names people: `from` and `into` as they stood, `repointed` (ids by kind of
    record) and `followers`, the patients that had been merged into `from_patient` before.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    from_patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="merges_away")
    into = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="merges_here")
    merged_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)
    message = models.CharField(
        max_length=64,
        blank=True,
        help_text="The control id of the message that asked for it; empty for a person.",  # not translated
    )
    snapshot = EncryptedCharField(max_length=_SNAPSHOT_MAX)

    objects = PatientMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-merged_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="patient_merge_says_why"),
            models.CheckConstraint(condition=~Q(from_patient=F("into")), name="nobody_is_merged_into_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.from_patient_id} into {self.into_id}"  # not translated

    @property
    def before(self) -> dict[str, Any]:
        """The snapshot, read."""
        found: dict[str, Any] = json.loads(self.snapshot)
        return found

    @property
    def is_undone(self) -> bool:
        """Whether somebody undid it."""
        return hasattr(self, "undo")

    @property
    def may_still_be_undone(self) -> bool:
        """Whether the time for it has not passed."""
        return not self.is_undone and timezone.now() <= self.merged_at + UNDO_WITHIN


class PatientMergeUndo(models.Model):
    """The end of a merge: they are two people after all. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    merge = models.OneToOneField(PatientMerge, on_delete=models.PROTECT, related_name="undo")
    undone_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["-undone_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="patient_merge_undo_says_why")]

    def __str__(self) -> str:
        return f"{self.merge_id} on {self.undone_at:%Y-%m-%d}"  # not translated
