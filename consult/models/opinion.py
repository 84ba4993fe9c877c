"""A colleague asked to review some cells of a case a second time."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from consult.permissions import reads_consultations

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

_TEXT_LENGTH = 2000


class OpinionState(models.TextChoices):
    """Where a second opinion stands."""

    ASKED = "asked", _("Asked")
    ANSWERED = "answered", _("Answered")
    DECLINED = "declined", _("Declined")
    ADJUDICATED = "adjudicated", _("Adjudicated")
    CLOSED = "closed", _("Closed")


OPEN_OPINIONS = frozenset({OpinionState.ASKED, OpinionState.ANSWERED})
"""Somebody still has to do something: the colleague to review, or the first reviewer to adjudicate the differences."""


class OpinionScope(models.TextChoices):
    """Which cells the colleague is asked about."""

    ALL = "all", _("All cells")
    FLAGGED = "flagged", _("Flagged cells")
    UNIDENTIFIED = "unidentified", _("Unidentified cells")


class SecondOpinionQuerySet(models.QuerySet["SecondOpinion"]):
    """Queries over second opinions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the opinions on cases `user` may open, and those they owe; for anybody outside the laboratory, none.

        What two pathologists make of a cell is not yet a result: the clinic gets the signed report, and so does
        whoever opens a case in an emergency.
        """
        if not reads_consultations(user):
            return self.none()
        visible = Case.objects.visible_to(user, break_glass=False)
        open_ = Case.objects.open_to(user, break_glass=False)
        if visible.query.is_empty():
            return self.none()
        owed = Q(colleague_id=user.pk, state=OpinionState.ASKED)
        return self.filter(
            Exists(open_.filter(pk=OuterRef("case"))) | owed & Exists(visible.filter(pk=OuterRef("case")))
        )

    def open(self) -> Self:
        """Return those not adjudicated yet."""
        return self.filter(state__in=OPEN_OPINIONS)

    def owed_blinded_by(self, user: User | AnonymousUser) -> Self:
        """Return the blinded opinions `user` owes: until they are given the rest of the case is closed to them."""
        return self.filter(colleague_id=user.pk, blind=True, state=OpinionState.ASKED)


class SecondOpinion(models.Model):
    """One question to one colleague. What was asked never changes; the state and the answer are written once each. A
    pseudonymisation of the patient empties what was said.

    `words` is the colleague's conclusion, or the reason for declining. `closing` says why it ended without being
    adjudicated: taken back, closed with differences left, or overtaken by sign-out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="second_opinions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opinions_asked")
    colleague = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="opinions_owed")
    blind = models.BooleanField(
        help_text="Neither the model's labels nor the first reviewer's are shown."  # not translated
    )
    scope = models.CharField(max_length=12, choices=OpinionScope.choices)
    question = models.TextField(max_length=_TEXT_LENGTH, blank=True, validators=[MaxLengthValidator(_TEXT_LENGTH)])
    state = models.CharField(max_length=11, choices=OpinionState.choices, default=OpinionState.ASKED, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(max_length=_TEXT_LENGTH, blank=True, validators=[MaxLengthValidator(_TEXT_LENGTH)])
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closing = models.CharField(max_length=500, blank=True)

    objects = SecondOpinionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OpinionState.values), name="opinion_state_is_known"),
            models.CheckConstraint(condition=Q(scope__in=OpinionScope.values), name="opinion_scope_is_known"),
            models.CheckConstraint(
                condition=~Q(colleague=F("asked_by")),
                name="a_second_opinion_is_somebody_elses",
                violation_error_message=_("A second opinion is somebody else's: choose a colleague."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "adjudicated", "declined"]) | Q(answered_at__isnull=False),
                name="an_answered_opinion_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["adjudicated", "closed"]) | Q(settled_at__isnull=False),
                name="a_settled_opinion_says_when",
            ),
            models.CheckConstraint(condition=~Q(state="closed") | ~Q(closing=""), name="a_closed_opinion_says_why"),
            models.UniqueConstraint(
                fields=["case", "colleague"],
                condition=Q(state="asked"),
                name="a_colleague_is_asked_once_at_a_time",
                violation_error_message=_("This colleague has already been asked and has not answered yet."),
            ),
        ]
        indexes = [
            models.Index(fields=["colleague", "state", "-asked_at"], name="opinions_owed_by_a_colleague"),
            models.Index(fields=["asked_by", "state", "-asked_at"], name="opinions_asked_by_a_reader"),
            models.Index(fields=["case", "state"], name="opinions_of_a_case"),
        ]

    def __str__(self) -> str:
        return f"Second opinion {self.pk}: {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN_OPINIONS

    @property
    def is_answered(self) -> bool:
        """Whether the colleague's labels may be shown to others: only once it is complete."""
        return self.answered_at is not None and self.state != OpinionState.DECLINED
