"""What is asked: a set of cells or fields, its rules, and whom it is given to."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from education.models.cell import TeachingCell
from education.models.learners import GroupMember, StudentGroup
from education.permissions import may_learn, may_teach
from education.teaching_classes import BY_CODE

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class SetKind(models.TextChoices):
    """Quiz asks cell by cell; differential asks for the 100 cells of one smear against the clock."""

    QUIZ = "quiz", _("Quiz")
    DIFFERENTIAL = "differential", _("100-cell differential")


class Feedback(models.TextChoices):
    """When somebody is told whether an answer was right."""

    AT_ONCE = "at_once", _("After every answer")
    AT_END = "at_end", _("At the end")
    NONE = "none", _("Not before the set closes")


class SetState(models.TextChoices):
    """Draft is seen by its teachers alone, open is answered, closed is kept."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", pgettext_lazy("a set", "Open")
    CLOSED = "closed", pgettext_lazy("a set", "Closed")


class TeachingSetQuerySet(models.QuerySet["TeachingSet"]):
    """Reads of sets."""

    def of_laboratory(self, user: User | AnonymousUser) -> Self:
        """The shared ones and those of the laboratory of `user`."""
        if not may_learn(user):
            return self.none()
        mine = Q(laboratory__isnull=True) | Q(laboratory=user.laboratory) if user.laboratory else Q(laboratory=None)
        return self.filter(mine)

    def made_at(self, user: User | AnonymousUser) -> Self:
        """Those of the laboratory of a teacher, in whatever state."""
        return self.filter(laboratory=user.laboratory) if may_teach(user) and user.laboratory else self.none()

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What `user` may answer: open sets for everybody, and those given to them or to a class they are in."""
        given = Assignment.objects.given_to(user).filter(teaching_set=OuterRef("pk"))
        return (
            self.of_laboratory(user).filter(state=SetState.OPEN).filter(Q(for_everybody=True) | Exists(given))
            if may_learn(user)
            else self.none()
        )


class TeachingSet(models.Model):
    """Questions that belong together.

    The cells are those listed (`TeachingSetCell`), or where none is, those that `classes` name, drawn anew for each attempt;
    `adaptive` draws next what teaches most. `finer` asks for finer classes than the laboratory's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    laboratory = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="teaching_sets"
    )
    title = models.CharField(max_length=120)
    about = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=12, choices=SetKind.choices, default=SetKind.QUIZ)
    classes = models.JSONField(default=list, blank=True, help_text="Codes; empty: all.")  # not translated
    finer = models.BooleanField(default=False)
    adaptive = models.BooleanField(default=False)
    length = models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(5), MaxValueValidator(200)])
    feedback = models.CharField(max_length=7, choices=Feedback.choices, default=Feedback.AT_ONCE)
    seconds_each = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(3), MaxValueValidator(600)]
    )
    repeats = models.BooleanField(default=True)
    certificate = models.BooleanField(default=False)
    for_everybody = models.BooleanField(default=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=6, choices=SetState.choices, default=SetState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    # A set that ships with the product is found again by it.
    shipped_as = models.CharField(max_length=40, blank=True)

    objects = TeachingSetQuerySet.as_manager()

    # How `shipped_as` begins of the practice of two classes: it is begun beside that pair, and no list offers it.
    OF_A_PAIR = "pair-"

    class Meta:
        ordering = ["title", "id"]
        permissions = [("teach", "Makes sets and sees the figures of students")]  # not translated
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SetKind.values), name="kind_of_a_teaching_set_is_known"),
            models.CheckConstraint(condition=Q(feedback__in=Feedback.values), name="feedback_of_a_set_is_known"),
            models.CheckConstraint(condition=Q(state__in=SetState.values), name="state_of_a_teaching_set_is_known"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=models.F("opens_at")),
                name="a_teaching_set_closes_after_it_opens",
            ),
            models.UniqueConstraint(
                fields=["shipped_as"], condition=~Q(shipped_as=""), name="a_shipped_teaching_set_is_there_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_of_a_pair(self) -> bool:
        """Whether it is the practice of two classes that are mixed up (`education.services.practice`)."""
        return self.shipped_as.startswith(self.OF_A_PAIR)

    @property
    def shown_title(self) -> str:
        """Its title: of a set that ships in the language of the page, else as it was typed."""
        if self.is_of_a_pair:
            one, other = (gettext(BY_CODE[code].label) for code in self.classes)
            return gettext("Practice: %(one)s or %(other)s") % {"one": one, "other": other}
        return gettext(self.title) if self.shipped_as else self.title

    @property
    def shown_about(self) -> str:
        """What it is about: of a set that ships in the language of the page, else as it was typed."""
        return gettext(self.about) if self.shipped_as and self.about else self.about

    def is_answered_at(self, moment: datetime) -> bool:
        """Whether it is answered at `moment`, an aware datetime."""
        return (
            self.state == SetState.OPEN
            and (self.opens_at is None or self.opens_at <= moment)
            and (self.closes_at is None or self.closes_at > moment)
        )


class TeachingSetCell(models.Model):
    """A cell that a set lists."""

    teaching_set = models.ForeignKey(TeachingSet, on_delete=models.CASCADE, related_name="listed")
    position = models.PositiveSmallIntegerField()
    cell = models.ForeignKey(TeachingCell, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["teaching_set", "position"]
        constraints = [
            models.UniqueConstraint(fields=["teaching_set", "position"], name="a_listed_cell_has_its_place"),
            models.UniqueConstraint(fields=["teaching_set", "cell"], name="a_set_lists_a_cell_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}"


class AssignmentKind(models.TextChoices):
    """Practice gives feedback as the set says; a proficiency test is answered once and stays sealed until it closes."""

    PRACTICE = "practice", _("Practice")
    PROFICIENCY = "proficiency", _("Proficiency test")


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Reads of assignments."""

    def given_to(self, user: User | AnonymousUser) -> Self:
        """Those of `user`, in person or as a member of a class, unless they were withdrawn."""
        if not may_learn(user):
            return self.none()
        groups = GroupMember.objects.filter(person=user, left_at__isnull=True, group__closed_at__isnull=True)
        return self.filter(Q(person=user) | Exists(groups.filter(group=OuterRef("group"))), withdrawn_at__isnull=True)

    def given_at(self, user: User | AnonymousUser) -> Self:
        """What is given for practice at the laboratory of a teacher, unless it was withdrawn."""
        if not may_teach(user) or user.laboratory is None:
            return self.none()
        near = Q(group__laboratory=user.laboratory) | Q(
            Q(person__organisation=user.laboratory) | Q(person__organisation__refers_to=user.laboratory)
        )
        return self.filter(near, kind=AssignmentKind.PRACTICE, withdrawn_at__isnull=True)


class Assignment(models.Model):
    """A set is given to a class or to one person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    teaching_set = models.ForeignKey(TeachingSet, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=11, choices=AssignmentKind.choices, default=AssignmentKind.PRACTICE)
    group = models.ForeignKey(StudentGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(group__isnull=True, person__isnull=False) | Q(group__isnull=False, person__isnull=True),
                name="an_assignment_is_a_classs_or_a_persons",
            ),
            models.CheckConstraint(
                condition=~Q(kind=AssignmentKind.PROFICIENCY) | Q(due_at__isnull=False),
                name="a_proficiency_test_says_when_it_closes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
