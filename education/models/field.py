"""One whole field that is taught, with the boxes of its cells."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.storage import clinical_storage
from education.models.cell import MaterialState, Source, Truth, picture_name
from education.permissions import may_learn
from education.teaching_classes import CODES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class TeachingFieldQuerySet(models.QuerySet["TeachingField"]):
    """Reads of fields."""

    def of_laboratory(self, user: User | AnonymousUser) -> Self:
        """The shared ones and those of the laboratory of `user`, recalled ones left out."""
        if not may_learn(user):
            return self.none()
        mine = Q(laboratory__isnull=True) | Q(laboratory=user.laboratory) if user.laboratory else Q(laboratory=None)
        return self.filter(mine).exclude(state=MaterialState.RECALLED)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The open ones among them."""
        return self.of_laboratory(user).filter(state=MaterialState.OPEN)


class TeachingField(models.Model):
    """A picture of a field, made of its pixels alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    laboratory = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="teaching_fields"
    )
    picture = models.FileField(storage=clinical_storage, upload_to=picture_name, max_length=60, blank=True)
    pixel_hash = models.CharField(max_length=64, help_text="SHA-256 of the RGB pixels.")  # not translated
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # Of this picture; null: not known.
    um_per_px = models.FloatField(null=True, blank=True)
    stain = models.CharField(max_length=40, blank=True)
    camera = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices)
    truth = models.CharField(max_length=10, choices=Truth.choices)
    licence = models.CharField(max_length=60, blank=True)
    credit = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=MaterialState.choices, default=MaterialState.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    recalled_at = models.DateTimeField(null=True, blank=True)
    recalled_because = models.CharField(max_length=120, blank=True)

    objects = TeachingFieldQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=Source.PUBLIC) | (~Q(licence="") & ~Q(credit="")),
                name="a_public_teaching_field_has_licence_and_credit",
            ),
            models.CheckConstraint(
                condition=Q(state=MaterialState.RECALLED, picture="", recalled_at__isnull=False)
                | (Q(state__in=[MaterialState.DRAFT, MaterialState.OPEN], recalled_at__isnull=True) & ~Q(picture="")),
                name="a_recalled_teaching_field_has_no_picture",
            ),
            models.UniqueConstraint(
                fields=["laboratory", "pixel_hash"],
                condition=~Q(state=MaterialState.RECALLED),
                name="a_teaching_field_of_a_laboratory_is_there_once",
            ),
            models.UniqueConstraint(
                fields=["pixel_hash"],
                condition=Q(laboratory__isnull=True) & ~Q(state=MaterialState.RECALLED),
                name="a_shared_teaching_field_is_there_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Teaching field {self.pk}"  # not translated


class TeachingBox(models.Model):
    """The box of one cell in a field, in pixels of its picture; `cell_class` is empty where nobody named the cell."""

    field = models.ForeignKey(TeachingField, on_delete=models.CASCADE, related_name="boxes")
    position = models.PositiveSmallIntegerField()
    left = models.PositiveIntegerField()
    top = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    cell_class = models.CharField(max_length=24, blank=True)

    class Meta:
        ordering = ["field", "position"]
        constraints = [
            models.UniqueConstraint(fields=["field", "position"], name="a_box_of_a_field_has_its_place"),
            models.CheckConstraint(condition=Q(cell_class__in=["", *CODES]), name="class_of_a_teaching_box_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.position}"
