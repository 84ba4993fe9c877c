"""That somebody passed a set, signed by a pathologist."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.storage import clinical_storage
from education.models.attempt import Attempt
from education.permissions import may_issue_certificates, may_learn, may_see_certificates

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def certificate_name(_instance: models.Model, _filename: str) -> str:
    """Name of a new document: it tells nobody's name."""
    return f"certificates/{uuid.uuid4()}.pdf"


class CertificateRequestQuerySet(models.QuerySet["CertificateRequest"]):
    """Reads of requests."""

    def open(self) -> Self:
        """Those nobody answered yet."""
        return self.filter(answered_at__isnull=True)

    def answerable_by(self, user: User | AnonymousUser) -> Self:
        """Those of the laboratory of a pathologist, their own left out."""
        if not may_issue_certificates(user):
            return self.none()
        return self.filter(laboratory=user.organisation_id).exclude(attempt__student=user)


class CertificateRequest(models.Model):
    """Somebody asked for a certificate of an attempt. A pathologist of `laboratory` issues it, or declines with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="certificate_requests")
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Empty where the certificate was issued.
    declined_because = models.CharField(max_length=300, blank=True)

    objects = CertificateRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(answered_at__isnull=True),
                name="a_certificate_is_asked_for_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, declined_because="")
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="an_answered_request_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}"  # not translated


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Reads of certificates."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, and for those who oversee a laboratory everybody's of it."""
        if not may_learn(user):
            return self.none()
        theirs = Q(laboratory=user.organisation_id) if may_see_certificates(user) else Q(pk__in=[])
        return self.filter(Q(student=user) | theirs)


class Certificate(models.Model):
    """A training certificate: its content as it was signed, the hash by which it is checked, and whether it was revoked.

    It is no licence to practise, and says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="certificate")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="certificates")
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    content_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256.")  # not translated
    pdf = models.FileField(storage=clinical_storage, upload_to=certificate_name, max_length=60)
    pdf_hash = models.CharField(max_length=64, help_text="SHA-256.")  # not translated
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_because = models.CharField(max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revoked_because="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_because="")),
                name="a_revoked_certificate_says_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"Certificate {self.pk}"  # not translated
