"""One thing a reviewer did to one or many cells of a case."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class ActionKind(models.TextChoices):
    """What a reviewer can do to cells."""

    LABEL = "label", _("Labelled")
    CONFIRM = "confirm", _("Confirmed")
    EXCLUDE = "exclude", _("Excluded")
    INCLUDE = "include", _("Included again")
    FLAG = "flag", _("Flagged")
    UNFLAG = "unflag", _("Flag taken off")
    REMOVE = "remove", _("Removed as a false detection")
    RESTORE = "restore", _("Restored")
    ADD = "add", _("Added")
    UNDO = "undo", _("Undone")
    REDO = "redo", _("Done again")
    REVERT = "revert", _("Put back to what was signed")


class ReviewActionQuerySet(models.QuerySet["ReviewAction"]):
    """Questions about actions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the actions in the cases `user` may open."""
        cases = Case.objects.open_to(user)
        if cases.query.is_empty():
            return self.none()
        return self.filter(Exists(cases.filter(pk=OuterRef("case"))))


class ReviewAction(models.Model):
    """An action with its decisions, written once. `id` comes from the reviewer's browser: sent twice, done once.

    `number` counts the actions of a case from 1. It orders them, because a clock may be set back and a counter is
    not. An undo names the action it takes back, a redo the undo.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The constraint on number begins with it.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="review_actions", db_index=False)
    number = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ActionKind.choices)
    at = models.DateTimeField(default=timezone.now)
    reason_code = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by")

    objects = ReviewActionQuerySet.as_manager()

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="review_actions_of_a_case_are_numbered"),
            models.CheckConstraint(condition=Q(kind__in=ActionKind.values), name="review_action_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["undo", "redo"], undoes__isnull=False)
                | (~Q(kind__in=["undo", "redo"]) & Q(undoes__isnull=True)),
                name="undo_and_redo_say_of_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"
