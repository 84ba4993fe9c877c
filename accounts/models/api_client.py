"""Another system that talks to the REST API."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import models

from accounts.models.organisation import Organisation

if TYPE_CHECKING:
    from accounts.models.user import User


class ApiClientQuerySet(models.QuerySet["ApiClient"]):
    """API clients, narrowed to those a person may administer."""

    def administered_by(self, user: User) -> ApiClientQuerySet:
        """Clients of the organisations that `user` administers."""
        return self.filter(organisation__in=Organisation.objects.administered_by(user))


class ApiClient(models.Model):
    """An OAuth2 client bound to one organisation and to the service account it acts as."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="api_client", editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="api_clients")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="api_client",
        editable=False,
    )
    scopes = models.JSONField(default=list)
    # Public keys with their kid, algorithm and the day they came; the newest document that was pasted.
    jwks = models.JSONField(default=dict, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="api_clients_created",
        null=True,
        blank=True,
        editable=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApiClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "API client"
        constraints = [
            models.UniqueConstraint("organisation", "name", name="one_api_client_per_name_and_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation})"

    @property
    def keys(self) -> list[dict[str, str]]:
        """Its public keys, each with `kid`, `alg`, and since when (`since`, an ISO date)."""
        found: list[dict[str, str]] = self.jwks.get("keys", [])
        return found

    @property
    def is_open(self) -> bool:
        """Whether the client, its service account and its organisation are all active."""
        return self.is_active and self.user.is_active and self.organisation.is_active
