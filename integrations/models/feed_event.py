"""One thing that happened and that another system may have to know."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind
from cases.models import Case, Order, Patient

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Organisation, User


class EventType(models.TextChoices):
    """What happened."""

    PATIENT_MERGED = "patient.merged", _("Patient merged into another")
    PATIENT_PARTED = "patient.parted", _("Merge of a patient undone")
    ORDER_RECEIVED = "order.received", _("Order received")
    ORDER_ACCEPTED = "order.accepted", _("Case opened for an order")
    ORDER_CANCELLED = "order.cancelled", _("Order cancelled")
    ORDER_REJECTED = "order.rejected", _("Order rejected")
    CASE_SUBMITTED = "case.submitted", _("Case submitted")
    CASE_READY = "case.ready", _("Case ready for review")
    CASE_IN_REVIEW = "case.in_review", _("Case in review")
    CASE_CANCELLED = "case.cancelled", _("Case cancelled")
    CASE_REJECTED = "case.rejected", _("Specimen rejected")
    IMAGE_REJECTED = "image.rejected", _("Image not usable")
    IMAGE_SENT_BACK = "image.sent_back", _("Field sent back to the clinic")
    IMAGE_FAILED = "image.failed", _("Analysis of an image failed")
    REPORT_SIGNED = "report.signed", _("Report signed")
    REPORT_CORRECTED = "report.corrected", _("Report corrected")
    REPORT_APPENDED = "report.appended", _("Addendum signed")
    REPORT_WITHDRAWN = "report.withdrawn", _("Report withdrawn")
    REPORT_OPENED = "report.opened", _("Report opened at the clinic")
    REPORT_ACKNOWLEDGED = "report.acknowledged", _("Report acknowledged at the clinic")


class FeedEventQuerySet(models.QuerySet["FeedEvent"]):
    """Reads of the feed."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the events of cases that `user` may open, those opened in an emergency aside, and of orders and patients they see."""
        cases = Case.objects.open_to(user, break_glass=False)
        if not user.is_authenticated or cases.query.is_empty():
            return self.none()
        orders = Order.objects.visible_to(user)
        patients = Patient.objects.visible_to(user, break_glass=False)
        # The organisation adds no protection: it is what an index of positions begins with.
        return self.of_organisation(user.organisation).filter(
            Q(order__isnull=True, case__isnull=False) & Exists(cases.filter(pk=OuterRef("case")))
            | Q(order__isnull=False) & Exists(orders.filter(pk=OuterRef("order")))
            | Q(order__isnull=True, case__isnull=True) & Exists(patients.filter(pk=OuterRef("patient")))
        )

    def of_organisation(self, organisation: Organisation | None) -> Self:
        """Return those of the cases that an organisation sent or reads."""
        if organisation is None:
            return self.none()
        if organisation.kind == OrganisationKind.LABORATORY:
            return self.filter(laboratory=organisation)
        return self.filter(clinic=organisation)

    def numbered(self) -> Self:
        """Return those that have their place, in order."""
        return self.filter(position__isnull=False).order_by("position")


class FeedEvent(models.Model):
    """What happened to a patient, an order or a case, written in the transaction in which it happened.

    Numbers of rows are given before a commit, and the commits come in another order: whoever remembers the last row they
    read would miss one that was committed later. `position` is given after the commit (`integrations.services.feed`), so
    that nothing ever appears before a position that was read. `source` names the row that it tells of, once. The rest
    never changes.
    """

    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    position = models.BigIntegerField(null=True, unique=True, editable=False)
    type = models.CharField(max_length=24, choices=EventType.choices)
    source = models.CharField(max_length=80, unique=True, help_text="The row that it tells of.")  # not translated
    laboratory = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    clinic = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey("cases.Order", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="+")
    patient = models.ForeignKey("cases.Patient", on_delete=models.PROTECT, related_name="+", db_index=False)
    image = models.ForeignKey("cases.SmearImage", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FeedEventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["laboratory", "position"], name="feed_of_laboratory"),
            models.Index(fields=["clinic", "position"], name="feed_of_clinic"),
            models.Index(fields=["id"], condition=Q(position__isnull=True), name="feed_without_position"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(position__isnull=True) | Q(position__gte=1), name="feed_counts_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
