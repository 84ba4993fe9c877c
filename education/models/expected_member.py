"""Somebody on the list of a class who has no account yet, and what became of their invitation."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from education.models.learners import StudentGroup


class MailState(models.TextChoices):
    """Where the e-mail with the invitation is. A row goes from waiting to sending before its e-mail leaves."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", pgettext_lazy("an invitation", "Sending")
    SENT = "sent", pgettext_lazy("an invitation", "Sent")
    FAILED = "failed", _("Failed")


class MailFailure(models.TextChoices):
    """Why an invitation did not leave."""

    SERVER = "server", _("The mail server did not take the e-mail.")
    PERSON = "person", _("This person cannot be invited. Ask your administrator.")
    TEACHER = "teacher", _("Who took this list may not invite students any more.")
    LIMIT = "limit", _("Who took this list has invited as many people in 24 hours as is allowed.")


class ExpectedMember(models.Model):
    """Who accepts the invitation sent to `email` comes into the class, and the row goes. Closing the class takes it away too.

    `added_by` invites; `mail` is where the e-mail is since `mail_at`, and `failure` why it did not leave.
    """

    group = models.ForeignKey(StudentGroup, on_delete=models.CASCADE, related_name="expected")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    mail = models.CharField(max_length=7, choices=MailState.choices)
    mail_at = models.DateTimeField(default=timezone.now)
    failure = models.CharField(max_length=7, choices=MailFailure.choices, blank=True)

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(fields=["group", "email"], name="an_address_is_expected_in_a_class_once"),
        ]

    def __str__(self) -> str:
        return f"Expected in {self.group_id}"  # not translated
