"""Where one browser of one person can be told of something while no page of ours is open."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone

from cases.fields import EncryptedCharField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

LONGEST_ADDRESS = 1000


def digest_of(address: str) -> str:
    """Return by what an address is found: its SHA-256."""
    return hashlib.sha256(address.encode()).hexdigest()


class PushEndpointQuerySet(models.QuerySet["PushEndpoint"]):
    """Reads of endpoints."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return those of `user`: nobody sees on which devices another is told."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class PushEndpoint(models.Model):
    """An address at the service of a browser's maker, and the browser's keys (RFC 8030, RFC 8291).

    Whoever has the address can wake the browser, so it is encrypted. It goes when the service says that it is gone, and when
    its person takes it away; a browser has one at most, of who turned it on last.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="push_endpoints")
    address = EncryptedCharField(max_length=LONGEST_ADDRESS)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    public_key = models.CharField(max_length=100, help_text="The browser's point on P-256, base64url.")
    secret = EncryptedCharField(max_length=50, help_text="What the browser and we authenticate by, base64url.")
    browser = models.CharField(max_length=300, blank=True, help_text="What the browser called itself.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PushEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"Push endpoint {self.pk}"
