"""One go at a set: which cells were asked in which order, and what was answered."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from education.models.cell import TeachingCell
from education.models.teaching_set import Assignment, AssignmentKind, Feedback, SetKind, SetState, TeachingSet
from education.permissions import may_learn
from education.teaching_classes import CODES

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class AttemptState(models.TextChoices):
    """Running takes answers; finished has its result; given up was left for another."""

    RUNNING = "running", _("Under way")
    FINISHED = "finished", _("Finished")
    GIVEN_UP = "given_up", _("Given up")


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Reads of attempts."""

    def of(self, user: User | AnonymousUser) -> Self:
        """A person's own. What a teacher sees of others are figures, from `education.selectors`."""
        return self.filter(student=user) if may_learn(user) else self.none()

    def told_at(self, moment: datetime) -> Self:
        """Those of whose answers the student may know at `moment` whether they were right.

        A set says when: after every answer (of a differential never before the end), at the end, or not before it closes. A proficiency test stays sealed until it
        closes, whatever its set says.
        """
        practice = Q(assignment__isnull=True) | Q(assignment__kind=AssignmentKind.PRACTICE)
        closed = Q(teaching_set__state=SetState.CLOSED) | Q(teaching_set__closes_at__lte=moment)
        as_the_set_says = (
            Q(teaching_set__feedback=Feedback.AT_ONCE, teaching_set__kind=SetKind.QUIZ)
            | ~Q(teaching_set__feedback=Feedback.NONE) & ~Q(state=AttemptState.RUNNING)
            | closed
        )
        return self.filter(
            practice & as_the_set_says
            | Q(assignment__kind=AssignmentKind.PROFICIENCY) & Q(assignment__due_at__lte=moment)
        )


class Attempt(models.Model):
    """A student's go at a set. `seed` decides the order, so that it can be told again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    teaching_set = models.ForeignKey(TeachingSet, on_delete=models.PROTECT, related_name="attempts")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, blank=True, related_name="attempts")
    student = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attempts")
    seed = models.PositiveBigIntegerField()
    # Only the wrong ones of earlier attempts are asked again.
    wrong_again = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=AttemptState.choices, default=AttemptState.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["teaching_set", "student"],
                condition=Q(state=AttemptState.RUNNING),
                name="a_student_has_one_attempt_under_way_per_set",
            ),
            models.CheckConstraint(
                condition=Q(state=AttemptState.RUNNING, finished_at__isnull=True)
                | Q(state__in=[AttemptState.FINISHED, AttemptState.GIVEN_UP], finished_at__isnull=False),
                name="an_attempt_that_ended_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.pk}"  # not translated

    @property
    def closes_at(self) -> datetime | None:
        """When it takes no more answers: when its set closes, or the proficiency test that it is."""
        assignment = self.assignment
        tested = assignment is not None and assignment.kind == AssignmentKind.PROFICIENCY
        times = [self.teaching_set.closes_at, assignment.due_at if tested and assignment else None]
        return min((each for each in times if each is not None), default=None)


class AttemptItem(models.Model):
    """One question of an attempt, in its place. `skipped`: its cell was recalled, or a test given with it,
    meanwhile; it gives and takes no marks.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    cell = models.ForeignKey(TeachingCell, on_delete=models.PROTECT, related_name="items")
    shown_at = models.DateTimeField(null=True, blank=True)
    skipped = models.BooleanField(default=False)

    class Meta:
        ordering = ["attempt", "position"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "position"], name="a_question_has_its_place"),
        ]

    def __str__(self) -> str:
        return f"{self.position}"


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Reads of answers."""

    def standing(self) -> Self:
        """The last row of each question, unless it takes an answer back."""
        later = Answer.objects.filter(item=OuterRef("item"), turn__gt=OuterRef("turn"))
        return self.filter(~Exists(later), undo=False)


class Answer(models.Model):
    """What was answered. Append-only: an undo is a row too, and the last row of a question counts.

    `label` is a code of `education.teaching_classes`; empty where the time was over or the answer before it was taken back
    (`undo`). `ms` is from showing to answering. `correct` is by the class that the cell had then; null for an undo.
    """

    item = models.ForeignKey(AttemptItem, on_delete=models.PROTECT, related_name="answers")
    turn = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(max_length=24, blank=True)
    undo = models.BooleanField(default=False)
    correct = models.BooleanField(null=True)
    ms = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["item", "turn"]
        constraints = [
            models.UniqueConstraint(fields=["item", "turn"], name="an_answer_is_given_once"),
            models.CheckConstraint(condition=Q(label__in=["", *CODES]), name="label_of_an_answer_is_known"),
            models.CheckConstraint(
                condition=Q(undo=True, label="", correct__isnull=True) | Q(undo=False, correct__isnull=False),
                name="an_answer_is_right_or_wrong_and_an_undo_neither",
            ),
        ]

    def __str__(self) -> str:
        return self.label
