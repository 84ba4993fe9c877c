"""What a laboratory and a clinic write to each other about a case, once the laboratory has begun."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from cases.models import Case
from consult.permissions import reads_clinic_threads

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

ENTRY_LENGTH = 2000


class ClinicThreadQuerySet(models.QuerySet["ClinicThread"]):
    """Queries over threads with a clinic."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the threads of cases `user` may open: both sides read them, and nobody by break-glass or with a token."""
        if not reads_clinic_threads(user):
            return self.none()
        cases = Case.objects.open_to(user, break_glass=False)
        if cases.query.is_empty():
            return self.none()
        return self.filter(Exists(cases.filter(pk=OuterRef("case"))))

    def open(self) -> Self:
        """Return those that nobody closed."""
        return self.filter(closed_at__isnull=True)

    def waiting_for_clinic(self) -> Self:
        """Return the open ones in which the laboratory wrote last."""
        last = ClinicThreadEntry.objects.filter(thread=OuterRef("pk")).order_by("-at", "-id")
        wrote = self.open().annotate(wrote_last=Subquery(last.values("by__organisation")[:1]))
        return wrote.filter(wrote_last=F("case__laboratory"))


class ClinicThread(models.Model):
    """A thread between a laboratory and the clinic of a case, from the first entry to its closing; one at a time is open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clinic_threads")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ClinicThreadQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(closed_at__isnull=True), name="one_clinic_thread_of_a_case_is_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True, closed_at__isnull=True)
                | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="closed_clinic_thread_says_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Clinic thread {self.pk}"  # not translated

    @property
    def is_open(self) -> bool:
        """Whether both sides may write."""
        return self.closed_at is None


class ClinicThreadEntry(models.Model):
    """One contribution, written once and never changed; a pseudonymisation of the patient empties it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(ClinicThread, on_delete=models.PROTECT, related_name="entries", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=ENTRY_LENGTH, validators=[MaxLengthValidator(ENTRY_LENGTH)])

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["thread", "at"], name="entries_of_a_clinic_thread")]

    def __str__(self) -> str:
        return f"Entry {self.pk}"
