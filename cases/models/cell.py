"""A cell detected in an image."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import may_see_predictions
from cases.cell_classes import BY_CODE, LABEL_CHOICES, UNIDENTIFIED, CellClass
from cases.models.case import Case
from cases.providers import cases_without_result
from cases.states import SIGNED_STATES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


HUMAN_DETECTOR = "human"
"""Detector of a cell that a person drew."""


class LabelSource(models.TextChoices):
    """Who gave a cell its present label."""

    MODEL = "machine", _("Model")
    HUMAN = "human", _("Human")


class ExclusionReason(models.TextChoices):
    """Why a cell does not count."""

    SMUDGE = "smudge", _("Smudge cell")
    ARTEFACT = "artefact", _("Artefact or stain deposit")
    NOT_A_CELL = "not_a_cell", _("Not a cell")
    DUPLICATE = "duplicate", _("Counted twice")
    CUT_OFF = "cut_off", _("Cut off by the edge")
    UNREADABLE = "unreadable", _("Out of focus or overlapped")
    OTHER = "other", _("Other")


class CellQuerySet(models.QuerySet["Cell"]):
    """Reads of cells."""

    def visible_to(self, user: User | AnonymousUser, *, break_glass: bool = True) -> Self:
        """Return the cells of the cases `user` may see, where they may see that there are cells.

        That a cell is here is itself a finding of the model, so before sign-out those who may not see predictions see
        no cells at all. A blinded reviewer sees the cells; what the model called them is `with_model_output_for`.
        """
        cases = Case.objects.visible_to(user, break_glass=break_glass)
        if cases.query.is_empty():
            return self.none()
        if not may_see_predictions(user, signed=False):
            if not may_see_predictions(user, signed=True):
                return self.none()
            cases = cases.filter(state__in=SIGNED_STATES).exclude(pk__in=cases_without_result())
        # EXISTS, not IN: asked for one image's cells, the database looks at one case and not at all of them.
        return self.current().filter(Exists(cases.filter(pk=OuterRef("image__case"))))

    def with_model_output_for(self, user: User | AnonymousUser) -> Self:
        """Return the cells whose label and score `user` may see now, whoever gave them."""
        cases = Case.objects.with_model_output_for(user)
        if cases.query.is_empty():
            return self.none()
        return self.current().filter(Exists(cases.filter(pk=OuterRef("image__case"))))

    def current(self) -> Self:
        """Return the cells of the latest analysis of each image, and those people added."""
        return self.filter(superseded=False)

    def counted(self) -> Self:
        """Return the cells that take part in a count: current ones that nobody excluded."""
        return self.filter(excluded=False, superseded=False)

    def unreviewed(self) -> Self:
        """Return the current cells no person has decided on: neither labelled nor excluded by one."""
        return self.current().filter(label_source=LabelSource.MODEL, excluded=False)

    def lowest_confidence_first(self) -> Self:
        """Order as they are reviewed: unidentified, then by rising score."""
        unidentified = models.Case(
            models.When(label=UNIDENTIFIED, then=0), default=1, output_field=models.IntegerField()
        )
        return self.annotate(confidence_rank=unidentified).order_by("confidence_rank", "score", "image", "ordinal")


class Cell(models.Model):
    """One detected cell: its box in the upright image and its present label.

    `label` and `score` are the current ones, kept here for lists; the evidence is in the classifier's
    predictions and is never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Indexes of several columns begin with it.
    image = models.ForeignKey("cases.SmearImage", on_delete=models.PROTECT, related_name="cells", db_index=False)
    ordinal = models.PositiveIntegerField(help_text="1 for the first cell of the image, by this detector.")
    detector = models.CharField(max_length=40, help_text='Version of the detector, or "human".')  # not translated
    x = models.PositiveIntegerField(help_text="Left edge of the box, px of the upright image.")  # not translated
    y = models.PositiveIntegerField(help_text="Top edge of the box, px of the upright image.")  # not translated
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    area_px = models.PositiveIntegerField(help_text="Area of the detected mask in pixels.")  # not translated
    label = models.CharField(max_length=24, blank=True, choices=LABEL_CHOICES)
    score = models.FloatField(null=True, blank=True)
    label_source = models.CharField(max_length=8, choices=LabelSource.choices, default=LabelSource.MODEL)
    excluded = models.BooleanField(default=False)
    superseded = models.BooleanField(
        default=False,
        editable=False,
        help_text="A later analysis found other boxes; this cell is kept as evidence only.",  # not translated
    )
    exclusion_reason = models.CharField(
        max_length=16,
        blank=True,
        editable=False,
        choices=ExclusionReason.choices,
        help_text="Why it does not count.",  # not translated
    )
    flagged = models.BooleanField(
        default=False,
        editable=False,
        help_text="A reviewer wants to come back to it.",  # not translated
    )
    removed = models.BooleanField(
        default=False,
        editable=False,
        help_text="A false detection: kept in the record, never counted.",  # not translated
    )
    revision = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Grows with every change of what it is called, by whomever.",  # not translated
    )
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CellQuerySet.as_manager()

    class Meta:
        ordering = ["image", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["image", "detector", "ordinal"], name="cell_is_recorded_once_per_detector"),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="cell_box_has_an_area"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1), name="cell_score_is_a_probability"
            ),
            models.CheckConstraint(condition=Q(label="") | Q(label__in=list(BY_CODE)), name="cell_label_is_known"),
            models.CheckConstraint(condition=Q(label_source__in=LabelSource.values), name="cell_label_source_is_known"),
            models.CheckConstraint(condition=Q(removed=False) | Q(excluded=True), name="removed_cell_is_excluded"),
            models.CheckConstraint(
                condition=Q(exclusion_reason="") | Q(excluded=True, exclusion_reason__in=ExclusionReason.values),
                name="exclusion_reason_is_known_and_of_an_excluded_cell",
            ),
        ]
        indexes = [
            models.Index(fields=["image", "superseded", "excluded", "label"], name="cell_counts_of_an_image"),
        ]

    def __str__(self) -> str:
        return f"Cell {self.ordinal} ({self.pk})"

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(x, y, width, height) in pixels of the upright image."""
        return self.x, self.y, self.width, self.height

    @property
    def cell_class(self) -> CellClass | None:
        """The class of the present label, or None while there is none."""
        return BY_CODE.get(self.label)

    @property
    def is_added(self) -> bool:
        """Whether a person drew it."""
        return self.detector == HUMAN_DETECTOR

    @property
    def is_reviewed(self) -> bool:
        """Whether a person has decided on it: labelled, confirmed or excluded."""
        return self.label_source == LabelSource.HUMAN or self.excluded

    @property
    def is_named(self) -> bool:
        """Whether a person gave its label. A blinded reviewer sees what the model said of these cells alone.

        One that was excluded without a name is reviewed but not named: included again, it is still to be named.
        """
        return self.label_source == LabelSource.HUMAN

    @property
    def is_identified(self) -> bool:
        """Whether the present label names a class."""
        return self.label not in {"", UNIDENTIFIED}
