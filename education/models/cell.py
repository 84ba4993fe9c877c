"""One cell that is taught: its picture, its class, and where it comes from."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.storage import clinical_storage
from education.permissions import may_learn
from education.teaching_classes import CODES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

SIDE_PX = 256
"""Side of a picture in pixels."""
SIDE_UM = 22.0
"""Side of a picture on the slide, in micrometres, where the scale is known."""


class Source(models.TextChoices):
    """Where a picture comes from."""

    SIGNED = "signed", _("A signed case, de-identified")
    PUBLIC = "public", _("A public collection")
    OWN = "own", _("The laboratory's own")


class Truth(models.TextChoices):
    """Why the class of a cell is taken for true. It is never the model's."""

    AGREED = "agreed", _("Two people agree")
    VOTED = "voted", _("Most of three or more people agree")
    PUBLISHED = "published", _("Published by experts with the picture")
    SINGLE = "single", _("One person's opinion")


COUNTS_FOR_MARKS = frozenset({Truth.AGREED, Truth.VOTED, Truth.PUBLISHED})
"""Of a single person's opinion one may talk; it gives and takes no marks."""


class MaterialState(models.TextChoices):
    """Draft is seen by teachers alone, open by everybody who learns, recalled by nobody ever again."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", pgettext_lazy("a cell", "Open")
    RECALLED = "recalled", _("Recalled")


def picture_name(_instance: models.Model, _filename: str) -> str:
    """Name of a new picture: it tells nothing, not even what was called how."""
    return f"teaching/{uuid.uuid4()}.png"


class TeachingMaterialQuerySet(models.QuerySet["TeachingCell"]):
    """Reads of cells."""

    def of_laboratory(self, user: User | AnonymousUser) -> Self:
        """The shared ones and those of the laboratory of `user`, recalled ones left out."""
        if not may_learn(user):
            return self.none()
        mine = Q(laboratory__isnull=True) | Q(laboratory=user.laboratory) if user.laboratory else Q(laboratory=None)
        return self.filter(mine).exclude(state=MaterialState.RECALLED)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The open ones among them."""
        return self.of_laboratory(user).filter(state=MaterialState.OPEN)

    def for_marks(self) -> Self:
        """Those whose class is agreed on."""
        return self.filter(truth__in=COUNTS_FOR_MARKS)


class TeachingCell(models.Model):
    """A picture of one cell with its class. It leads to no case, patient, image or report: `TeachingSource` alone does.

    `laboratory` is null for what every laboratory teaches with. `cell_class` is a code of `education.teaching_classes`; where
    several people voted, `votes` has how many chose which. `asked` and `right` count first answers in sets with marks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    laboratory = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="teaching_cells"
    )
    cell_class = models.CharField(max_length=24)
    truth = models.CharField(max_length=10, choices=Truth.choices)
    votes = models.JSONField(default=dict, blank=True)
    # Empty once it was recalled.
    picture = models.FileField(storage=clinical_storage, upload_to=picture_name, max_length=60, blank=True)
    pixel_hash = models.CharField(max_length=64, help_text="SHA-256 of the RGB pixels.")  # not translated
    # Of this picture; null: not known.
    um_per_px = models.FloatField(null=True, blank=True)
    stain = models.CharField(max_length=40, blank=True)
    camera = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices)
    licence = models.CharField(max_length=60, blank=True)
    credit = models.CharField(max_length=300, blank=True)
    asked = models.PositiveIntegerField(default=0)
    right = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=MaterialState.choices, default=MaterialState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recalled_at = models.DateTimeField(null=True, blank=True)
    recalled_because = models.CharField(max_length=120, blank=True)

    objects = TeachingMaterialQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["state", "cell_class"], name="teaching_cells_by_class")]
        constraints = [
            models.CheckConstraint(condition=Q(cell_class__in=CODES), name="class_of_a_teaching_cell_is_known"),
            models.CheckConstraint(condition=Q(truth__in=Truth.values), name="truth_of_a_teaching_cell_is_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="source_of_a_teaching_cell_is_known"),
            models.CheckConstraint(
                condition=~Q(source=Source.PUBLIC) | (~Q(licence="") & ~Q(credit="")),
                name="a_public_teaching_cell_has_licence_and_credit",
            ),
            models.CheckConstraint(
                condition=Q(state=MaterialState.RECALLED, picture="", recalled_at__isnull=False)
                | (Q(state__in=[MaterialState.DRAFT, MaterialState.OPEN], recalled_at__isnull=True) & ~Q(picture="")),
                name="a_recalled_teaching_cell_has_no_picture",
            ),
            models.CheckConstraint(condition=Q(right__lte=F("asked")), name="no_more_right_answers_than_answers"),
            models.UniqueConstraint(
                fields=["laboratory", "pixel_hash"],
                condition=~Q(state=MaterialState.RECALLED),
                name="a_teaching_cell_of_a_laboratory_is_there_once",
            ),
            models.UniqueConstraint(
                fields=["pixel_hash"],
                condition=Q(laboratory__isnull=True) & ~Q(state=MaterialState.RECALLED),
                name="a_shared_teaching_cell_is_there_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Teaching cell {self.pk}"  # not translated

    @property
    def counts_for_marks(self) -> bool:
        """Whether an answer to it is marked."""
        return self.truth in COUNTS_FOR_MARKS

    @property
    def right_share(self) -> float:
        """Share of right answers to expect, of 1, from what was answered so far: (right + 2) / (asked + 4)."""
        return (self.right + 2) / (self.asked + 4)
