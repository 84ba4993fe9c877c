"""Restriction of a patient: kept, and out of everybody's work (GDPR, Article 18)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import OrganisationKind
from accounts.permissions import OVERSEERS

if TYPE_CHECKING:
    from uuid import UUID


class PatientRestrictionQuerySet(models.QuerySet["PatientRestriction"]):
    """Reads of restrictions."""

    def in_force(self) -> Self:
        """Return those that nobody lifted."""
        return self.filter(lift__isnull=True)


class PatientRestriction(models.Model):
    """From now on only overseers of the laboratory see a patient and their cases. Rows are inserted and read, nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="restrictions")
    restricted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    restricted_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)

    objects = PatientRestrictionQuerySet.as_manager()

    class Meta:
        ordering = ["-restricted_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="patient_restriction_says_why")]

    def __str__(self) -> str:
        return f"{self.patient_id} since {self.restricted_at:%Y-%m-%d}"  # not translated

    @property
    def is_in_force(self) -> bool:
        """Whether nobody lifted it."""
        return not hasattr(self, "lift")


class RestrictionLift(models.Model):
    """The end of a restriction: by whom, when and why. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    restriction = models.OneToOneField(PatientRestriction, on_delete=models.PROTECT, related_name="lift")
    lifted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["-lifted_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="restriction_lift_says_why")]

    def __str__(self) -> str:
        return f"{self.restriction_id} on {self.lifted_at:%Y-%m-%d}"  # not translated


def restricted_patients() -> models.QuerySet[Any, UUID]:
    """The ids of the patients under a restriction, as a query: few, so that a database hashes them once for a list."""
    return PatientRestriction.objects.in_force().order_by().values_list("patient", flat=True)


def sees_restricted(user: Any) -> bool:
    """Whether a restriction hides nothing from `user`: who answers for it has to see what is restricted."""
    return (
        user.role in OVERSEERS
        and user.token_scopes is None
        and user.organisation is not None
        and user.organisation.kind == OrganisationKind.LABORATORY
    )
