"""A patient as one organisation knows them."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind, Role
from accounts.permissions import acts_for_clinics
from cases.crypto import normalise_number
from cases.fields import EncryptedCharField, EncryptedDateField
from cases.identifiers import birth_date_key, mrn_key, name_key
from cases.models.birth import HasBirthDate, birth_date_and_precision_agree
from cases.models.case import Case
from cases.models.former_identity import FormerIdentity
from cases.models.patient_number import PatientNumber
from cases.models.restriction import restricted_patients, sees_restricted
from cases.models.sex import Sex
from cases.partial_date import PRECISIONS, PartialDate, Precision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

_NO_CONTROL_CHARACTERS = RegexValidator(
    r"[\x00-\x1f\x7f]", _("Control characters are not allowed here."), inverse_match=True
)
_OLDEST_BIRTH_YEARS = 130


class PatientQuerySet(models.QuerySet["Patient"]):
    """Reads of patients."""

    def visible_to(self, user: User | AnonymousUser, *, break_glass: bool = True) -> Self:
        """Return the patients `user` may know of: their organisation's own, and those of cases they may see, as `Case` says of restricted ones."""
        from_cases = Case.objects.visible_to(user, break_glass=break_glass)
        if not user.is_authenticated or user.organisation is None or from_cases.query.is_empty():
            return self.none()
        seen: Any = Q(organisation=user.organisation_id) | Exists(from_cases.filter(patient=OuterRef("pk")))
        overseers = {Role.ADMINISTRATOR, Role.AUDITOR}
        if acts_for_clinics(user) or (user.role in overseers and user.organisation.kind == OrganisationKind.LABORATORY):
            seen |= Q(organisation__refers_to=user.organisation_id)
        if not sees_restricted(user):
            seen &= ~Q(pk__in=restricted_patients())
        return self.filter(seen)

    def with_mrn(self, mrn: str) -> Self:
        """Return those with exactly this record number, whatever its case and spacing."""
        return self.filter(mrn_index=mrn_key(mrn))

    def with_family_name(self, family_name: str) -> Self:
        """Return those with exactly this family name, whatever its case and spacing."""
        return self.filter(name_index=name_key(family_name))

    def born_on(self, birth_date: dt.date | PartialDate) -> Self:
        """Return those with exactly this birth date, as far as it is known."""
        return self.filter(birth_date_index=birth_date_key(birth_date))

    def current(self) -> Self:
        """Return all but those merged into another."""
        return self.filter(merged_into__isnull=True)

    def same_person_as(self, patient: Patient) -> Self:
        """Return every record of the person: the one that stands, and those merged into it."""
        return self.filter(Q(pk=patient.person_id) | Q(merged_into=patient.person_id))

    def ever_with_mrn(self, mrn: str) -> Self:
        """Return those with exactly this record number, now, before a correction or before a merge."""
        return self._now_or_before(mrn_index=mrn_key(mrn))

    def ever_with_number(self, number: str) -> Self:
        """Return those with exactly this number, as record number or in another system, present or former."""
        others = PatientNumber.objects.with_value(number).order_by().values_list("patient", flat=True)
        return self._now_or_before(mrn_index=mrn_key(number), among=list(others))

    def ever_with_family_name(self, family_name: str) -> Self:
        """Return those with exactly this family name, now or before a correction."""
        return self._now_or_before(name_index=name_key(family_name))

    def ever_born_on(self, birth_date: dt.date | PartialDate) -> Self:
        """Return those with exactly this birth date, now or as it stood before a correction."""
        return self._now_or_before(birth_date_index=birth_date_key(birth_date))

    def _now_or_before(self, *, among: Iterable[uuid.UUID] = (), **entry: str) -> Self:
        # Look-ups in an index, one after the other: as one query with OR a database walks every patient.
        before = FormerIdentity.objects.filter(**entry).order_by().values_list("patient", flat=True)
        found = Q(**entry) | Q(pk__in=[*before, *among])
        merged = Patient.objects.filter(found, merged_into__isnull=False).order_by()
        into = list(merged.values_list("merged_into", flat=True))
        return self.filter(found | Q(pk__in=into)).current()


class Patient(HasBirthDate, models.Model):
    """A person whose blood was smeared, under the record number of one organisation.

    Record number, names and birth date are ciphertext in the database; the `_index` columns are keyed
    hashes for exact search and cannot be turned back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="patients")
    mrn = EncryptedCharField("medical record number", max_length=64, validators=[_NO_CONTROL_CHARACTERS])
    family_name = EncryptedCharField(max_length=150, validators=[_NO_CONTROL_CHARACTERS])
    given_name = EncryptedCharField(max_length=150, blank=True, validators=[_NO_CONTROL_CHARACTERS])
    birth_date = EncryptedDateField(null=True, blank=True)
    birth_date_precision = models.CharField(max_length=7, choices=PRECISIONS, default=Precision.DAY.value)
    sex = models.CharField(max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    mrn_index = models.CharField(max_length=64, editable=False, db_index=True)
    name_index = models.CharField(max_length=64, editable=False, db_index=True)
    birth_date_index = models.CharField(max_length=64, editable=False, db_index=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="merged_patients"
    )
    """The record that stands for this person now, never itself a merged one; None where this one does."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    duplicate_reason = ""
    """Set by `find_duplicates`: why this patient may be the one being registered."""

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["-created_at", "id"], name="patient_newest_first")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "mrn_index"],
                name="mrn_is_unique_within_organisation",
                violation_error_message=_("This organisation already has a patient with this medical record number."),
            ),
            models.CheckConstraint(
                condition=Q(sex__in=Sex.values),
                name="patient_sex_is_known_code",
            ),
            birth_date_and_precision_agree("patient"),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="patient_is_not_merged_into_themselves"),
        ]

    def __str__(self) -> str:
        # Used in logs and admin breadcrumbs, so it names nobody.
        return f"Patient {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with an index that matches, whoever calls."""
        self.refresh_index()
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """Family name, given name: the order laboratories print."""
        return f"{self.family_name}, {self.given_name}" if self.given_name else self.family_name

    @property
    def person_id(self) -> uuid.UUID:
        """The id of the record that stands for this person: their own, or that of the one it was merged into."""
        return self.merged_into_id or self.pk

    def given_names(self) -> list[str]:
        """The given name, those before corrections, and those of whoever was merged into this patient."""
        own = [self.given_name, *(former.given_name for former in self.former_identities.all())]
        return [*own, *(name for merged in self.merged_patients.all() for name in merged.given_names())]

    def clean(self) -> None:
        """Refuse an impossible birth date, and bring the search index up to the identifiers."""
        if self.birth_date:
            today = timezone.localdate()
            if self.birth_date > today:
                raise ValidationError({"birth_date": _("The birth date lies in the future.")})
            if self.birth_date.year < today.year - _OLDEST_BIRTH_YEARS:
                raise ValidationError({"birth_date": _("The birth date is more than 130 years ago.")})
        if self.mrn and not normalise_number(self.mrn):
            raise ValidationError({"mrn": _("The medical record number is empty.")})
        self.refresh_index()

    def refresh_index(self) -> None:
        """Recompute the blind index; the identifiers themselves stay as they are."""
        self.mrn_index = mrn_key(self.mrn or "")
        self.name_index = name_key(self.family_name or "")
        self.birth_date_index = birth_date_key(self.born)
