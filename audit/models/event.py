"""One thing that somebody did, or tried to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable


class Action(models.TextChoices):
    """What was done. A view is an action like any other."""

    SIGN_IN = "sign_in", _("Sign in")
    SIGN_IN_FAILED = "sign_in_failed", _("Failed sign-in")
    LOCKED_OUT = "locked_out", _("Locked out")
    SIGN_OUT = "sign_out", _("Sign out")
    MFA_CHANGE = "mfa_change", _("Second factor changed")
    PASSWORD_CHANGE = "password_change", _("Password changed")
    CREATE = "create", _("Create")
    VIEW = "view", _("View")
    SEARCH = "search", _("Search")
    UPDATE = "update", _("Update")
    DELETE = "delete", _("Delete")
    DOWNLOAD = "download", _("Download")
    PRINT = "print", _("Print")
    EXPORT = "export", _("Export")
    RUN_AI = "run_ai", _("AI run")
    RECLASSIFY = "reclassify", _("Reclassify")
    REVIEW = "review", _("Review")
    SUBMIT = "submit", _("Submit")
    CANCEL = "cancel", _("Cancel")
    TRANSITION = "transition", _("Change of state")
    SIGN = "sign", _("Sign")
    CORRECT = "correct", _("Correct")
    SEND = "send", _("Send")
    RECEIVE = "receive", _("Receive")
    INVITE = "invite", _("Invite")
    PERMISSION_CHANGE = "permission_change", _("Permission change")
    CONFIGURATION = "configuration", _("Configuration")
    MODEL_CHANGE = "model_change", _("Model change")
    BREAK_GLASS = "break_glass", _("Break-glass access")
    VERIFY = "verify", _("Chain verified")


class Outcome(models.TextChoices):
    """How it ended."""

    SUCCESS = "success", _("Success")
    DENIED = "denied", _("Denied")
    FAILURE = "failure", _("Failure")


class AppendOnlyError(TypeError):
    """Code tried to change or remove an audit event, or to insert one beside the chain."""


def _is_auditors_client(user: Any) -> bool:
    """Whether `user` is an API client of a laboratory, not of a clinic, whose token opens the audit trail."""
    return (
        user.role == "service"
        and "audit:read" in (user.token_scopes or ())
        and user.organisation_id == user.laboratory.pk
    )


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Queries over the audit trail; bulk writes are refused before the database would refuse them."""

    def visible_to(self, user: Any) -> AuditEventQuerySet:
        """Events of the laboratory that `user` administers or audits, or an API client of it for its auditors.

        Everything for the platform's superuser.
        """
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        laboratory = getattr(user, "laboratory", None)
        if laboratory is None or not (user.role in {"administrator", "auditor"} or _is_auditors_client(user)):
            return self.none()
        return self.filter(laboratory_id=laboratory.pk)

    def update(self, **kwargs: Any) -> int:
        """Refuse: an event never changes."""
        raise AppendOnlyError("Audit events are never changed.")  # not translated

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: an event is never removed."""
        raise AppendOnlyError("Audit events are never removed.")  # not translated

    def bulk_create(  # type: ignore[override]
        self, objs: Iterable[AuditEvent], *args: Any, **kwargs: Any
    ) -> list[AuditEvent]:
        """Refuse: an event enters the chain one at a time, through `audit.services.record`."""
        raise AppendOnlyError("Audit events are written by audit.services.record.")  # not translated


class AuditEvent(models.Model):
    """One event. No foreign keys: the audit trail outlives the people and the records it speaks of.

    `id` is the position in the chain, from 1, without gaps. `hash` is SHA-256 over the canonical JSON of every
    other field, `previous_hash` included (see `audit.chain`).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)

    actor_id = models.UUIDField(null=True, blank=True)
    actor_name = models.CharField(max_length=320, blank=True)
    actor_role = models.CharField(max_length=40, blank=True)
    organisation = models.CharField(max_length=80, blank=True)
    laboratory_id = models.UUIDField(null=True, blank=True)

    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    session = models.CharField(max_length=64, blank=True)
    token = models.CharField(max_length=64, blank=True)

    action = models.CharField(max_length=40, choices=Action.choices)
    object_type = models.CharField(max_length=80, blank=True)
    object_id = models.CharField(max_length=80, blank=True)
    patient_id = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=500, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["laboratory_id", "-id"], name="audit_by_laboratory"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["patient_id", "-id"], name="audit_by_patient"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            # By the id first: people paste an id without saying of what.
            models.Index(fields=["object_id", "object_type", "-id"], name="audit_by_record"),
            models.Index(fields=["laboratory_id", "actor_name", "-id"], name="audit_by_name"),
            models.Index(fields=["laboratory_id", "at"], name="audit_by_laboratory_and_time"),
            # One event in a thousand is a refusal or a failure, and these are what is looked for.
            models.Index(
                fields=["laboratory_id", "-id"], condition=~Q(outcome=Outcome.SUCCESS), name="audit_not_successful"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.actor_name or 'system'} {self.action} {self.object_type} {self.object_id}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only, and only as the next link of the chain."""
        if not self._state.adding or not self.hash:
            raise AppendOnlyError("Audit events are written once, by audit.services.record.")  # not translated
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: an event is never removed."""
        raise AppendOnlyError("Audit events are never removed.")  # not translated
