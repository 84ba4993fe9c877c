"""What a patient was called before a correction."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.fields import EncryptedCharField, EncryptedDateField
from cases.identifiers import birth_date_key, mrn_key, name_key
from cases.models.birth import HasBirthDate, birth_date_and_precision_agree
from cases.models.sex import Sex
from cases.partial_date import PRECISIONS, Precision


class CorrectionReason(models.TextChoices):
    """Why a patient's identifiers were corrected, in words that name nobody."""

    MISTYPED = "mistyped", _("Misspelt or mistyped")
    NAME_CHANGED = "name_changed", _("The person's name changed")
    NUMBER_CHANGED = "number_changed", _("The clinic gave another record number")
    IDENTITY_CONFIRMED = "identity_confirmed", _("Unknown before, confirmed now")
    OTHER = "other", _("Another reason")


class FormerIdentity(HasBirthDate, models.Model):
    """The identifiers of a patient as they stood until `until`, and why they were corrected. Never removed.

    All identifiers are kept, those that stayed as well, so that a row is the whole header of an old request. They are
    ciphertext with a search index, as the patient's own: only `rotate_field_keys` writes a row again, under new keys.
    The database refuses every other change and every deletion.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="former_identities")
    mrn = EncryptedCharField("medical record number", max_length=64)
    family_name = EncryptedCharField(max_length=150)
    given_name = EncryptedCharField(max_length=150, blank=True)
    birth_date = EncryptedDateField(null=True, blank=True)
    birth_date_precision = models.CharField(max_length=7, choices=PRECISIONS, default=Precision.DAY.value)
    sex = models.CharField(max_length=10, choices=Sex.choices)
    mrn_index = models.CharField(max_length=64, editable=False, db_index=True)
    name_index = models.CharField(max_length=64, editable=False, db_index=True)
    birth_date_index = models.CharField(max_length=64, editable=False, db_index=True)
    until = models.DateTimeField(default=timezone.now, editable=False)
    corrected_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=CorrectionReason.choices)
    note = EncryptedCharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-until", "-id"]
        verbose_name_plural = "former identities"
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=CorrectionReason.values), name="former_identity_says_why_it_was_corrected"
            ),
            birth_date_and_precision_agree("former_identity"),
        ]

    def __str__(self) -> str:
        # Used in logs, so it names nobody.
        return f"Former identity {self.pk}"  # not translated

    def save(self, *args: object, **kwargs: object) -> None:
        """Save with an index that matches, whoever calls."""
        self.mrn_index = mrn_key(self.mrn)
        self.name_index = name_key(self.family_name)
        self.birth_date_index = birth_date_key(self.born)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def full_name(self) -> str:
        """Family name, given name: the order laboratories print."""
        return f"{self.family_name}, {self.given_name}" if self.given_name else self.family_name
