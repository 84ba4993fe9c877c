"""One thing that one person is told."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class EmailState(models.TextChoices):
    """What became of the e-mail about a notification."""

    NONE = "none", _("Not wanted")
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")


class PushState(models.TextChoices):
    """What became of telling the person's browsers."""

    NONE = "none", _("Not wanted")
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Reads of notifications."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return what `user` was told: nobody reads what another person was told."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(user=user)

    def unread(self) -> Self:
        """Return what was not opened yet."""
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """What happened, in a sentence without patient data in the language of the person, and the page where it is seen.

    `subject_id` is the id of the record it is about; whoever opens `path` is asked there whether they may see it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="notifications")
    kind = models.SlugField(max_length=40)
    subject_id = models.UUIDField(null=True, blank=True)
    text = models.CharField(max_length=300)
    path = models.CharField(
        max_length=300,
        validators=[RegexValidator(r"^/(?!/)[^\s\\]*\Z", "Give the path of a page of this site.")],  # not translated
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)
    email = models.CharField(max_length=8, choices=EmailState.choices, default=EmailState.NONE, editable=False)
    email_at = models.DateTimeField(null=True, blank=True, editable=False)
    pressing = models.BooleanField(
        default=False,
        editable=False,
        help_text="Told in quiet hours as well.",  # not translated
    )
    push = models.CharField(max_length=8, choices=PushState.choices, default=PushState.NONE, editable=False)
    push_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(email__in=EmailState.values), name="notification_email_state_is_known"),
            models.CheckConstraint(condition=Q(push__in=PushState.values), name="notification_push_state_is_known"),
            models.CheckConstraint(
                condition=~Q(push__in=[PushState.SENDING, PushState.SENT]) | Q(push_at__isnull=False),
                name="sent_notification_push_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(email__in=[EmailState.SENDING, EmailState.SENT]) | Q(email_at__isnull=False),
                name="sent_notification_email_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "id"], name="notification_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notification_unread_of_user"),
            models.Index(
                fields=["created_at"],
                condition=Q(email__in=[EmailState.WAITING, EmailState.SENDING]),
                name="notification_email_to_send",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(push__in=[PushState.WAITING, PushState.SENDING]),
                name="notification_push_to_send",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"  # not translated
