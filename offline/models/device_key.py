"""The key pair under which one browser of one person keeps what it cannot send."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.fields import EncryptedCharField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class DeviceKeyQuerySet(models.QuerySet["DeviceKey"]):
    """Reads of device keys."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return those of `user`: nobody opens what is kept under the key of another."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def in_use(self) -> Self:
        """Return those that were not revoked."""
        return self.filter(revoked_at__isnull=True)


class DeviceKey(models.Model):
    """An RSA key pair of 3,072 bits. The browser has the public half and so can only write; the private half stays here.

    Revoking destroys the private half: whatever lies under it on the device is then lost.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="device_keys")
    browser = models.CharField(
        max_length=300,
        blank=True,
        help_text="What the browser called itself.",  # not translated
    )
    public_key = models.CharField(max_length=800, help_text="SubjectPublicKeyInfo in base64.")  # not translated
    private_key = EncryptedCharField(
        max_length=4000,
        blank=True,
        help_text="PKCS #8 as PEM; empty once revoked.",  # not translated
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = DeviceKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["user"], condition=Q(revoked_at__isnull=True), name="device_keys_in_use")]

    def __str__(self) -> str:
        return f"Device key {self.pk}"  # not translated
