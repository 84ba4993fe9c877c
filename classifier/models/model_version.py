"""A registered model: a verified directory, and whether and where it is the one that answers."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ModelState(models.TextChoices):
    """Where a model stands: only active ones answer for patients, one for the installation, one at most for a microscope."""

    REGISTERED = "registered", _("Registered")
    SHADOW = "shadow", _("Shadow")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Retired")


class ModelVersionQuerySet(models.QuerySet["ModelVersion"]):
    """Questions asked of the model registry."""

    def active(self) -> ModelVersion | None:
        """Return the installation's model, or None when none has been promoted yet.

        What answers for an image is `classifier.selectors.models_in_use.model_for`.
        """
        return self.filter(state=ModelState.ACTIVE, scope=None).first()


class ModelVersion(models.Model):
    """One model directory as it was verified when it was registered.

    ``card`` is the content of the directory's ``card.json`` at registration, and ``card_sha256`` the
    digest of that file: a directory whose card has changed since is not the model that was validated.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    version = models.CharField(max_length=60)
    directory = models.CharField(
        max_length=500,
        help_text="Where the model's files lie on every worker.",  # not translated
    )
    card = models.JSONField(help_text="The model card as it was read when the model was registered.")  # not translated
    card_sha256 = models.CharField("SHA-256 of the card", max_length=64)  # not translated
    scope = models.ForeignKey(
        "microscopes.Microscope",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="variants",
        help_text="The microscope it was calibrated for, which alone it answers for. Empty: all.",  # not translated
    )
    state = models.CharField(max_length=12, choices=ModelState, default=ModelState.REGISTERED)
    registered_at = models.DateTimeField(auto_now_add=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    promoted_at = models.DateTimeField(null=True, blank=True)
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    evaluation = models.JSONField(
        default=dict,
        blank=True,
        help_text="The evaluation the promotion was decided on.",  # not translated
    )
    reason = models.TextField(blank=True, help_text="Why the model is in its present state.")  # not translated

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-registered_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "version"], name="a_model_version_is_registered_once"),
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state=ModelState.ACTIVE, scope__isnull=True),
                name="at_most_one_model_is_active_for_all",
            ),
            models.UniqueConstraint(
                fields=["scope"],
                condition=Q(state=ModelState.ACTIVE, scope__isnull=False),
                name="at_most_one_variant_is_active_on_a_microscope",
            ),
            models.CheckConstraint(
                condition=~Q(state=ModelState.ACTIVE) | Q(promoted_at__isnull=False),
                name="an_active_model_was_promoted_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=ModelState.ACTIVE) | ~Q(evaluation={}),
                name="an_active_model_was_evaluated",
            ),
            models.CheckConstraint(
                condition=~Q(state=ModelState.ACTIVE) | ~Q(reason=""),
                name="an_active_model_was_promoted_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def parent_sha256(self) -> str:
        """Digest of the card of the model it is a variant of; empty for a model in its own right."""
        return str(self.card.get("parent") or "")

    @property
    def metrics(self) -> dict[str, Any]:
        """The evaluation figures of the card, as the training commands wrote them; empty when none."""
        found = self.card.get("metrics")
        return found if isinstance(found, dict) else {}
