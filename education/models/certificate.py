"""That somebody passed a set, signed by a pathologist."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.storage import clinical_storage
from education.models.attempt import Attempt


def certificate_name(_instance: models.Model, _filename: str) -> str:
    """Name of a new document: it tells nobody's name."""
    return f"certificates/{uuid.uuid4()}.pdf"


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
