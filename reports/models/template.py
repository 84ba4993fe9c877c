"""Sentences a laboratory uses again and again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class TemplatePart(models.TextChoices):
    """Which part of a report a template is for."""

    INTERPRETATION = "interpretation", _("Interpretation")
    COMMENT = "comment", _("Comment")


class ReportTemplateQuerySet(models.QuerySet["ReportTemplate"]):
    """Questions about templates."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the templates of the laboratory where `user` reviews, administers or audits; else none."""
        organisation = getattr(user, "organisation", None)
        if not user.is_authenticated or not user.is_active or organisation is None or not organisation.is_active:
            return self.none()
        laboratory_people = {Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR}
        if user.role not in laboratory_people or organisation.kind != OrganisationKind.LABORATORY:
            return self.none()
        return self.filter(laboratory=organisation)


class ReportTemplate(models.Model):
    """A text a pathologist can insert while writing; what was inserted belongs to the report from then on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="report_templates")
    part = models.CharField(max_length=16, choices=TemplatePart.choices)
    title = models.CharField(max_length=80)
    text = models.TextField(max_length=2000, validators=[MaxLengthValidator(2000)])
    is_active = models.BooleanField(_("in use"), default=True)

    objects = ReportTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["part", "title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "part", "title"],
                name="a_template_title_is_unique_within_laboratory_and_part",
                violation_error_message=_("There is already a template with this title."),
            ),
            models.CheckConstraint(condition=Q(part__in=TemplatePart.values), name="template_part_is_known"),
        ]

    def __str__(self) -> str:
        return self.title
