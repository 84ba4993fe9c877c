"""Numbers of a patient besides the record number: of another hospital, of a laboratory system, of the state."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.crypto import normalise_number
from cases.fields import EncryptedCharField
from cases.identifiers import number_key

_PRINTED = RegexValidator(r"^[^\x00-\x1f\x7f]*\Z", _("Control characters are not allowed here."))


class PatientNumberQuerySet(models.QuerySet["PatientNumber"]):
    """Reads of numbers."""

    def in_use(self) -> Self:
        """Return those that nobody ended."""
        return self.filter(until__isnull=True)

    def with_value(self, value: str) -> Self:
        """Return those with exactly this value, in whatever system, ended ones too."""
        return self.filter(value_index=number_key(value))


class PatientNumber(models.Model):
    """What another system calls a patient, from `since` until it ended. Ended ones stay, and still find the patient.

    The value is ciphertext with a search index, as the record number of the patient: only `rotate_field_keys` writes it
    again. The database refuses every other change but the end, and every deletion.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="numbers")
    organisation = models.ForeignKey(
        "accounts.Organisation",
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The patient's own.",  # not translated
    )
    system = models.CharField(
        max_length=120,
        validators=[_PRINTED],
        help_text="Who gave it: an OID, an address, a short name.",  # not translated
    )
    value = EncryptedCharField(max_length=64, validators=[_PRINTED])
    value_index = models.CharField(max_length=64, editable=False, db_index=True)
    since = models.DateTimeField(default=timezone.now, editable=False)
    until = models.DateTimeField(null=True, editable=False)

    objects = PatientNumberQuerySet.as_manager()

    class Meta:
        ordering = ["system", "-since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "system", "value_index"],
                condition=Q(until__isnull=True),
                name="a_number_of_a_system_is_one_patients",
            ),
            models.CheckConstraint(condition=~Q(system=""), name="a_number_says_whose_it_is"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="a_number_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        # Used in logs, so it names nobody.
        return f"Number {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with an index that matches, whoever calls."""
        self.value_index = number_key(self.value)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a value that is nothing but blanks."""
        if self.value and not normalise_number(self.value):
            raise ValidationError({"value": _("The number is empty.")})
