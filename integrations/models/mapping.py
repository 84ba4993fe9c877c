"""What another system calls our results, orders, places and people: versions that never change."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.models.keepers import laboratory_overseen_by

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class MappingQuerySet(models.QuerySet["Mapping"]):
    """Reads of mappings."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return those of the laboratory whose administrator or auditor `user` is; for anyone else, none."""
        place = laboratory_overseen_by(user)
        return self.none() if place is None else self.filter(laboratory=place)


class Mapping(models.Model):
    """A table of codes under a name, which connections share. What it says stands in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="mappings")
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MappingQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "name"],
                name="mapping_names_are_unique_within_a_laboratory",
                violation_error_message=_("The laboratory already has a mapping of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def version_at(self, at: dt.datetime) -> MappingVersion | None:
        """Return the version in force at a time: the newest of those that began by then."""
        return self.versions.filter(effective_from__lte=at).order_by("-number").first()


class MappingVersion(models.Model):
    """What a mapping says from `effective_from` on, until a newer version begins. Append-only.

    `rows` has the form that `integrations.mapping_rows` describes and checks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mapping = models.ForeignKey(Mapping, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_from = models.DateTimeField()
    rows = models.JSONField()
    note = models.CharField(max_length=300, blank=True, help_text="What is new in it.")  # not translated
    saved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["mapping", "number"], name="mapping_versions_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="mapping_versions_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.mapping_id} version {self.number}"  # not translated
