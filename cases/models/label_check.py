"""What the label of a slide said, compared with the case it is sent with."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.fields import EncryptedCharField

LONGEST_LABEL = 500


class LabelCheckQuerySet(models.QuerySet["LabelCheck"]):
    """Reads of comparisons."""

    def standing(self) -> LabelCheck | None:
        """Return the last one, with its people; None where nobody compared a label."""
        return self.select_related("by", "case__order").first()


class LabelCheck(models.Model):
    """One comparison. Rows are inserted and read; only `rotate_field_keys` and a pseudonymisation write the code again.

    The code is encrypted, since a label may say more of a patient than a number. `agreed` is what the comparison gave
    then. A row with a `reason` confirms the one before it: this is the slide, although its label says something else.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="label_checks")
    code = EncryptedCharField(max_length=LONGEST_LABEL, blank=True)
    agreed = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = LabelCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(agreed=False) | Q(reason=""), name="label_that_agrees_needs_no_reason")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {'agreed' if self.agreed else 'differed'}"

    @property
    def agrees(self) -> bool:
        """Whether the label names the case as it is now: by its accession number, or a number of its order that labels carry."""
        order = getattr(self.case, "order", None)
        numbers = [self.case.accession_number, *([order.placer_number, order.specimen_id] if order else [])]
        return self.code.casefold() in {number.casefold() for number in numbers if number}

    @property
    def is_open(self) -> bool:
        """Whether the label differs from the case as it is now, and nobody said why."""
        return not self.reason and not self.agrees
