"""A microscope with the camera on it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.models.user import LABORATORY_ROLES
from microscopes.models.stain import Stain

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

UM_PER_PX_RANGE = (0.005, 5.0)
"""Scales that a light microscope can have, um/px."""


class MicroscopeQuerySet(models.QuerySet["Microscope"]):
    """Reads of microscopes."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the microscopes `user` may see; for anyone and anything unknown, none.

        Uploaders see those of their organisation; people and clients of a laboratory also those of its clinics.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        organisation = user.organisation
        if organisation is None or not organisation.is_active:
            return self.none()
        if user.role == Role.UPLOADER:
            return self.filter(organisation=organisation)
        if user.role in {Role.SERVICE, *LABORATORY_ROLES}:
            return self.filter(Q(organisation=organisation) | Q(organisation__refers_to=organisation))
        return self.none()

    def in_use(self) -> Self:
        """Return those that images are still taken with."""
        return self.filter(is_active=True)


class Microscope(models.Model):
    """A microscope and its camera, as an organisation knows them; images point to the one they were taken with.

    The scale is what an administrator typed (from a calibration slide), else what the red cells of its own fields say:
    their median, its spread (half the distance between the quartiles) and the number of fields, kept by every analysis.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="microscopes")
    name = models.CharField(_("name"), max_length=120)
    camera = models.CharField(
        _("camera"), max_length=120, blank=True, help_text=_("Make and model, as its files name them.")
    )
    objective = models.PositiveSmallIntegerField(
        _("objective power"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    stain = models.CharField(_("usual stain"), max_length=24, choices=Stain.choices, blank=True)
    typed_um_per_px = models.FloatField(
        _("typed scale"),
        null=True,
        blank=True,
        validators=[MinValueValidator(UM_PER_PX_RANGE[0]), MaxValueValidator(UM_PER_PX_RANGE[1])],
        help_text=_("Micrometres per pixel, read from a calibration slide."),
    )
    calibrated_on = models.DateField(_("calibration slide photographed on"), null=True, blank=True)
    measured_um_per_px = models.FloatField(null=True, blank=True, editable=False)
    measured_spread = models.FloatField(null=True, blank=True, editable=False)
    measured_fields = models.PositiveIntegerField(default=0, editable=False)
    notes = models.TextField(_("notes"), max_length=2000, blank=True, validators=[MaxLengthValidator(2000)])
    is_active = models.BooleanField(_("in use"), default=True)
    chosen_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When an uploader last chose it.",  # not translated
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MicroscopeQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__name", "-is_active", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="microscope_name_is_unique_within_organisation",
                violation_error_message=_("The organisation already has a microscope of this name."),
            ),
            models.CheckConstraint(
                condition=Q(stain="") | Q(stain__in=Stain.values), name="stain_of_a_microscope_is_known"
            ),
            models.CheckConstraint(
                condition=Q(typed_um_per_px__isnull=True) | Q(typed_um_per_px__gt=0),
                name="typed_scale_of_a_microscope_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(measured_um_per_px__isnull=True, measured_spread__isnull=True)
                | Q(measured_um_per_px__gt=0, measured_spread__gte=0, measured_fields__gt=0),
                name="measured_scale_has_a_spread_and_its_fields",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def um_per_px(self) -> float | None:
        """The remembered scale, um/px: the typed one, else the measured one, else None."""
        return self.typed_um_per_px if self.typed_um_per_px is not None else self.measured_um_per_px

    @property
    def laboratory_id(self) -> uuid.UUID | None:
        """The laboratory in whose audit trail its events are."""
        laboratory = self.organisation.laboratory
        return laboratory.pk if laboratory is not None else None
