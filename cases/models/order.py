"""What a clinic, or its laboratory system, ordered: the request a case is opened for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind, Role
from accounts.models.user import LABORATORY_ROLES
from cases.fields import EncryptedCharField
from cases.models.case import Priority, priority_rank, refuse_times_to_come
from cases.models.restriction import restricted_patients, sees_restricted
from cases.states import OPEN_ORDER_STATES, OrderState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

_ONE_LINE = RegexValidator(r"[\x00-\x1f\x7f]", _("Control characters are not allowed here."), inverse_match=True)
ABOUT_PEOPLE = ("clinical_question", "ordering_name", "ordering_id", "visit_number", "location")
"""What an order says of people, in words or numbers: the audit trail names these fields and no more, pseudonymisation empties them."""
_WITH_CASE = [OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED]


class OrderSource(models.TextChoices):
    """The way an order came in."""

    API = "api", _("REST API")
    FHIR = "fhir", _("FHIR")
    HL7 = "hl7", _("HL7 v2")
    PAGE = "page", _("Page")


class OrderQuerySet(models.QuerySet["Order"]):
    """Reads of orders."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the orders `user` may see; for anyone and anything unknown, none.

        A clinic's people and clients see what their clinic ordered, those of a laboratory what was ordered from it, with
        or without a case: an order is addressed to them. Those for a restricted patient are there for the laboratory's
        administrators and auditors alone.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        place = user.organisation
        if place is None or not place.is_active or user.role not in {Role.UPLOADER, Role.SERVICE, *LABORATORY_ROLES}:
            return self.none()
        of_clinic = user.role == Role.UPLOADER or place.kind != OrganisationKind.LABORATORY
        found = self.filter(clinic=place) if of_clinic else self.filter(laboratory=place)
        return found if sees_restricted(user) else found.exclude(patient__in=restricted_patients())

    def open(self) -> Self:
        """Return the orders somebody still waits for."""
        return self.filter(state__in=OPEN_ORDER_STATES)

    def waiting(self) -> Self:
        """Return those nobody has opened a case for."""
        return self.filter(state=OrderState.REQUESTED)

    def most_pressing_first(self) -> Self:
        """Order stat before urgent before routine, then the longest waiting first."""
        return self.annotate(priority_rank=priority_rank()).order_by("priority_rank", "created_at", "id")


class Order(models.Model):
    """One examination asked for, under the number of whoever asked (the placer).

    Its own number at the laboratory, the filler number, is the accession number of its case: there is one, and one place
    where it is kept. The visit number names a stay of the patient and is encrypted like their identifiers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="orders_received")
    clinic = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="orders_placed")
    patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="orders")
    placer_number = models.CharField(max_length=64, validators=[_ONE_LINE])
    placer_namespace = models.CharField(
        max_length=64,
        validators=[_ONE_LINE],
        help_text="Which numbering the placer number is of.",  # not translated
    )
    group_number = models.CharField(max_length=64, blank=True, validators=[_ONE_LINE])
    service_code = models.CharField(max_length=64, blank=True, validators=[_ONE_LINE])
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.ROUTINE)
    clinical_question = models.TextField(max_length=2000, blank=True, validators=[MaxLengthValidator(2000)])
    ordering_name = models.CharField("orderer", max_length=150, blank=True, validators=[_ONE_LINE])
    ordering_id = models.CharField("number of the orderer", max_length=64, blank=True, validators=[_ONE_LINE])
    visit_number = EncryptedCharField(max_length=64, blank=True, validators=[_ONE_LINE])
    location = models.CharField(max_length=120, blank=True, validators=[_ONE_LINE])
    collected_at = models.DateTimeField(null=True, blank=True)
    wbc = models.DecimalField(
        "white blood cell count",
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(2000)],
        help_text="10^9/L, as reported by the analyser.",
    )
    wbc_source = models.CharField("source of the WBC", max_length=120, blank=True, validators=[_ONE_LINE])
    wbc_measured_at = models.DateTimeField(null=True, blank=True)
    specimen_id = models.CharField("specimen number", max_length=64, blank=True, validators=[_ONE_LINE])
    state = models.CharField(max_length=12, choices=OrderState.choices, default=OrderState.REQUESTED, editable=False)
    case = models.OneToOneField(
        "cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="order", editable=False
    )
    received_by = models.CharField(max_length=8, choices=OrderSource.choices, editable=False)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text="When its details or its state last changed.",  # not translated
    )

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "placer_namespace", "placer_number"],
                name="placer_number_is_unique_within_laboratory_and_namespace",
                violation_error_message=_("The laboratory already has an order with this placer number."),
            ),
            models.CheckConstraint(
                condition=~Q(placer_number="") & ~Q(placer_namespace=""), name="order_has_a_placer_number"
            ),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state_is_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="order_priority_is_known"),
            models.CheckConstraint(condition=Q(received_by__in=OrderSource.values), name="order_source_is_known"),
            models.CheckConstraint(
                condition=~Q(state=OrderState.REQUESTED) | Q(case__isnull=True), name="waiting_order_has_no_case"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_WITH_CASE) | Q(case__isnull=False), name="accepted_order_has_a_case"
            ),
            models.CheckConstraint(
                condition=Q(wbc__isnull=True) | Q(wbc__gte=0) & ~Q(wbc_source=""),
                name="order_wbc_is_not_negative_and_names_its_source",
                violation_error_message=_("Give the source of the white blood cell count (for instance the analyser)."),
            ),
        ]
        indexes = [
            models.Index(fields=["laboratory", "state", "created_at"], name="order_of_laboratory_by_state"),
            models.Index(fields=["clinic", "state", "created_at"], name="order_of_clinic_by_state"),
            models.Index(fields=["laboratory", "-created_at", "id"], name="order_newest_of_laboratory"),
            models.Index(fields=["clinic", "-created_at", "id"], name="order_newest_of_clinic"),
            models.Index(fields=["laboratory", "updated_at"], name="order_updated_of_laboratory"),
            models.Index(fields=["clinic", "updated_at"], name="order_updated_of_clinic"),
        ]

    def __str__(self) -> str:
        return f"Order {self.placer_number}"

    def clean(self) -> None:
        """Refuse times that have not come yet."""
        refuse_times_to_come(self)

    @property
    def filler_number(self) -> str:
        """The laboratory's number of the order: the accession number of its case; empty while there is none."""
        return "" if self.case is None else self.case.accession_number

    @property
    def is_open(self) -> bool:
        """Whether somebody still waits for its result."""
        return self.state in OPEN_ORDER_STATES

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has opened a case for it."""
        return self.state == OrderState.REQUESTED

    def specimen(self) -> dict[str, Any]:
        """Return what the order says about the specimen, by the names of the case; what it leaves open is not there.

        A count is told whole: with its source and its time, known or not.
        """
        told = {name: getattr(self, name) for name in ("priority", "clinical_question", "collected_at")}
        said = {name: value for name, value in told.items() if value}
        if self.wbc is not None:
            said |= {name: getattr(self, name) for name in ("wbc", "wbc_source", "wbc_measured_at")}
        return said
