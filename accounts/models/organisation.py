"""Clinics and laboratories."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.accession_pattern import LONGEST_PATTERN, check_accession_pattern
from hematovision.languages import report_language_names

if TYPE_CHECKING:
    from accounts.models.user import User


# What a FHIR identifier has before an OID, and before a name of ours: `integrations.fhir.parts.numbering`.
_WRITTEN_IN_FHIR = ("urn:oid:", "urn:hematovision:")


class OrganisationKind(models.TextChoices):
    """A clinic sends smears; a laboratory reads them."""

    CLINIC = "clinic", _("Clinic")
    LABORATORY = "laboratory", _("Laboratory")


class UnknownCamera(models.TextChoices):
    """What becomes of names that a model gives on a camera it does not know."""

    ALL = "all", _("Hold back all names")
    STRICT = "strict", _("Hold back names below the strict confidence")
    MARK = "mark", _("Show the names, marked")


class PoorFields(models.TextChoices):
    """What becomes of a case that is submitted with fields whose quality is poor."""

    ALLOW = "allow", _("Take them")
    ASK = "ask", _("Ask the clinic once")
    REFUSE = "refuse", _("Refuse them until they are retaken or taken out")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations, narrowed to what a person may see or administer."""

    def administered_by(self, user: User) -> OrganisationQuerySet:
        """The administrator's laboratory and the clinics that refer to it; all for the superuser."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        laboratory = user.laboratory
        if user.role != "administrator" or laboratory is None:
            return self.none()
        return self.of_laboratory(laboratory)

    def of_laboratory(self, laboratory: Organisation) -> OrganisationQuerySet:
        """The laboratory and the clinics that refer to it, closed ones too."""
        return self.filter(models.Q(pk=laboratory.pk) | models.Q(refers_to=laboratory))

    def whose_numbering_is(self, name: str) -> list[Organisation]:
        """Those that give numbers under `name`: as their slug, their HL7 assigning authority or a number that a system has for them."""
        name = name.strip().casefold()
        for prefix in _WRITTEN_IN_FHIR:
            name = name.removeprefix(prefix)
        numbers = self.filter(numbers__value__iexact=name)
        found = self.filter(
            models.Q(slug__iexact=name) | models.Q(hl7_authority__icontains=name) | models.Q(pk__in=numbers)
        )
        named = set(numbers.values_list("pk", flat=True))
        return [one for one in found if one.pk in named or name in one.names_of_its_numbering()]


class Organisation(models.Model):
    """A clinic, which refers its cases to one laboratory, or a laboratory."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    refers_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="clinics",
        help_text=_("The laboratory that reviews this clinic's smears."),
    )
    is_active = models.BooleanField(default=True)
    blind_review = models.BooleanField(
        _("reviews blinded"),
        default=False,
        help_text=_("For laboratories: a pathologist sees what the model said of a cell after labelling it."),
    )
    unknown_camera = models.CharField(
        _("on an unknown camera"),
        max_length=8,
        choices=UnknownCamera.choices,
        default=UnknownCamera.STRICT,
        help_text=_("For laboratories: what becomes of the model's names on a camera that it does not know."),
    )
    poor_fields = models.CharField(
        _("fields of poor quality"),
        max_length=8,
        choices=PoorFields.choices,
        default=PoorFields.ASK,
        help_text=_("For laboratories: what becomes of a case that a clinic submits with them."),
    )
    leave_out_metadata = models.BooleanField(
        _("what pictures say beside their pixels is left out"),
        default=True,
        help_text=_(
            "For laboratories: place, times, owner and serial numbers are left out before a picture is sent; make and model of the camera stay."
        ),
    )
    accession_pattern = models.CharField(
        _("form of accession numbers"),
        max_length=LONGEST_PATTERN,
        blank=True,
        validators=[check_accession_pattern],
        help_text=_(
            "For laboratories: a regular expression. A code of another form that is scanned is shown, not filled in. Empty: any form."
        ),
    )
    accession_strip = models.CharField(
        _("start of a code that is no part of the number"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^[!-~]*\Z", _("Write letters, digits and signs without blanks."))],
        help_text=_("For laboratories: left out of a scanned code that begins with it."),
    )
    report_language = models.CharField(
        _("language of reports"),
        max_length=10,
        choices=report_language_names,
        default="en",
        help_text=_(
            "For laboratories: what is signed from now on is written in it. A report that was signed stays as it is."
        ),
    )
    hl7_authority = models.CharField(
        _("HL7 assigning authority"),
        max_length=199,
        blank=True,
        validators=[RegexValidator(r"^[^\s|^~\\]*\Z", _("Write it without blanks and the signs | ^ ~ and \\."))],
        help_text=_("Who gives its record numbers (PID-3.4): a name, or name&OID&ISO."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="laboratory", refers_to__isnull=True)
                | models.Q(kind="clinic", refers_to__isnull=False),
                name="a_clinic_refers_to_a_laboratory_and_a_laboratory_to_nobody",
            ),
            models.CheckConstraint(
                condition=models.Q(unknown_camera__in=UnknownCamera.values), name="rule_for_unknown_cameras_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(poor_fields__in=PoorFields.values), name="rule_for_poor_fields_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def laboratory(self) -> Organisation | None:
        """The laboratory itself, or the one that a clinic refers to."""
        return self if self.kind == OrganisationKind.LABORATORY else self.refers_to

    def names_of_its_numbering(self) -> set[str]:
        """Its slug and its HL7 assigning authority: whole, its name and its OID; in small letters."""
        authority = self.hl7_authority.casefold()
        return {self.slug.casefold(), authority, *authority.split("&")[:2]} - {""}

    def clean(self) -> None:
        """A clinic refers to a laboratory, never to another clinic."""
        super().clean()
        errors: dict[str, Any] = {}
        if self.kind == OrganisationKind.CLINIC and self.refers_to is None:
            errors["refers_to"] = _("Choose the laboratory that this clinic refers to.")
        if self.kind == OrganisationKind.LABORATORY and self.refers_to is not None:
            errors["refers_to"] = _("A laboratory refers to nobody: leave this empty.")
        if self.kind == OrganisationKind.CLINIC and self.blind_review:
            errors["blind_review"] = _("A clinic reviews no smears: only a laboratory can review blinded.")
        if self.refers_to is not None and self.refers_to.kind != OrganisationKind.LABORATORY:
            errors["refers_to"] = _("A clinic refers to a laboratory, not to another clinic.")
        if errors:
            raise ValidationError(errors)
