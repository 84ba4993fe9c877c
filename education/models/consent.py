"""Who agreed, and who did not, to having cells of signed cases taught: clinics consent, patients object."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

if TYPE_CHECKING:
    from cases.models import Patient


class TeachingConsentQuerySet(models.QuerySet["TeachingConsent"]):
    """Reads of consents."""

    def in_force(self) -> Self:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class TeachingConsent(models.Model):
    """A clinic agrees that cells of its signed cases are taught, until it withdraws that. A consent given again is another row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="teaching_consents")
    agreed_on = models.DateField(help_text="The day of the clinic's agreement.")  # not translated
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = TeachingConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic"], condition=Q(withdrawn_at__isnull=True), name="a_clinic_consents_to_teaching_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="a_withdrawn_teaching_consent_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"Consent {self.pk}"  # not translated


class TeachingObjectionQuerySet(models.QuerySet["TeachingObjection"]):
    """Reads of objections."""

    def in_force(self) -> Self:
        """Those that were not taken back."""
        return self.filter(lifted_at__isnull=True)

    def of_person(self, patient: Patient) -> Self:
        """Those of any record of the person: who objects under one number objects under all."""
        return self.annotate(person=Coalesce("patient__merged_into", "patient")).filter(person=patient.person_id)


class TeachingObjection(models.Model):
    """A patient does not want their cells taught, until that is taken back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="teaching_objections")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = TeachingObjectionQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(lifted_at__isnull=True), name="a_patient_objects_to_teaching_once"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="a_teaching_objection_taken_back_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"Objection {self.pk}"  # not translated
