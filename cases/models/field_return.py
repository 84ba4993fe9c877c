"""A field that a reviewer sent back to the clinic, and what became of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models.image import SmearImage
from cases.states import RETAKING_STATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from cases.models.case import Case

RETURN_WORDS = 500


class FieldFault(models.TextChoices):
    """Why a field was sent back."""

    BLURRED = "blurred", _("It is out of focus")
    LIGHT = "light", _("It is too dark or too bright")
    STAIN = "stain", _("The stain cannot be judged")
    WRONG_AREA = "wrong_area", _("It is of a part of the smear where cells cannot be judged")
    NOT_A_SMEAR = "not_a_smear", _("It is not a picture of a blood smear")
    OTHER_SLIDE = "other_slide", _("It seems to be of another slide")
    OTHER = "other", _("Another reason, in words")


ADVICE: Mapping[str, _StrPromise] = {
    FieldFault.BLURRED: _(
        "Focus on the cells until their edges are sharp, let the stage come to rest, then take it again."
    ),
    FieldFault.LIGHT: _("Set the lamp and the condenser until the empty glass is almost white, then take it again."),
    FieldFault.STAIN: _("Choose a part that is stained evenly. Where there is none, stain a second smear."),
    FieldFault.WRONG_AREA: _("Move to where the red cells lie side by side, just before the thin end of the smear."),
    FieldFault.NOT_A_SMEAR: _("Take a picture through the microscope, of the stained smear of this case."),
    FieldFault.OTHER_SLIDE: _(
        "Compare the label of the slide with this case, then take the field from the right slide."
    ),
    FieldFault.OTHER: _("Read what the laboratory wrote, then take the field again."),
}
"""What the clinic is to do, by reason."""


class ReturnOutcome(models.TextChoices):
    """What became of a field that was sent back."""

    RETAKEN = "retaken", _("Taken again")
    TAKEN_BACK = "taken_back", _("The laboratory kept it")


class FieldReturnQuerySet(models.QuerySet["FieldReturn"]):
    """Reads of fields that were sent back. Who sees the case sees them."""

    def of_case(self, case: Case) -> Self:
        """Return those of `case`, oldest first."""
        return self.filter(image__case=case)

    def waiting(self) -> Self:
        """Return those that the clinic may still take again: nothing came, and their case is not at its end."""
        return self.filter(outcome="", image__case__state__in=RETAKING_STATES)


class FieldReturn(models.Model):
    """Why a field went back, who sent it, and how that ended. What it was written with is never changed; a pseudonymisation
    empties the words.

    `cells` are the ids of the cells that counted until then: they count again where the reviewer keeps the field after all.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(SmearImage, on_delete=models.PROTECT, related_name="returns")
    reason = models.CharField(max_length=16, choices=FieldFault.choices)
    words = models.CharField(max_length=RETURN_WORDS, blank=True)
    cells = models.JSONField(default=list, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=12, choices=ReturnOutcome.choices, blank=True)
    replacement = models.ForeignKey(SmearImage, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FieldReturnQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["image"], condition=Q(outcome=""), name="field_is_sent_back_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(reason__in=FieldFault.values), name="field_return_reason_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_by__isnull=True, ended_at__isnull=True)
                | Q(outcome__in=ReturnOutcome.values, ended_by__isnull=False, ended_at__isnull=False),
                name="ended_field_return_says_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(outcome=ReturnOutcome.RETAKEN, replacement__isnull=False)
                | ~Q(outcome=ReturnOutcome.RETAKEN) & Q(replacement__isnull=True),
                name="retaken_field_names_its_replacement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.image_id} since {self.at:%Y-%m-%d}"  # not translated

    @property
    def advice(self) -> str:
        """What the clinic is to do."""
        return str(ADVICE[self.reason])
