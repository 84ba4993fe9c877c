"""One version of a report on its way to the organisation that asked for it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from cases.models import Case, Priority

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads of deliveries."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the deliveries of the cases `user` may open."""
        cases = Case.objects.open_to(user)
        if cases.query.is_empty():
            return self.none()
        return self.filter(Exists(cases.filter(pk=OuterRef("case"))))

    def received_by(self, user: User | AnonymousUser) -> Self:
        """Return of those the ones sent to the organisation that `user` works at."""
        organisation = getattr(user, "organisation_id", None)
        return self.visible_to(user).filter(organisation=organisation) if organisation else self.none()

    def waiting(self) -> Self:
        """Return what still waits for an acknowledgement."""
        return self.filter(settled_at__isnull=True)

    def most_pressing_first(self) -> Self:
        """Order as an inbox is read: critical first, then by the priority of the case, then the newest."""
        rank = models.Case(
            models.When(case__priority=Priority.STAT, then=0),
            models.When(case__priority=Priority.URGENT, then=1),
            default=2,
            output_field=models.IntegerField(),
        )
        return self.annotate(priority_rank=rank).order_by("-critical", "priority_rank", "-created_at", "id")


class Delivery(models.Model):
    """A version of a report, sent to one organisation, and how far it came there.

    It is over when somebody there acknowledged it, or when a newer version was sent that has to be acknowledged
    instead. Until then people are reminded at `next_step_at`, and after a while told over their heads. `findings` are
    the critical results as `inbox.critical_limits` found them when it was sent; what it was sent with never changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="deliveries")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deliveries")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="deliveries")
    critical = models.BooleanField(default=False)
    findings = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes", editable=False
    )
    next_step_at = models.DateTimeField(
        help_text="When people are reminded, unless it is over by then."  # not translated
    )
    reminders = models.PositiveIntegerField(default=0)
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["report", "organisation"], name="a_report_is_delivered_once_to_each_organisation"
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True) | Q(settled_at__isnull=False),
                name="a_superseded_delivery_is_settled",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by__isnull=True)
                | Q(opened_at__isnull=False, opened_by__isnull=False),
                name="an_opened_delivery_names_who_opened_it",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True) | ~Q(superseded_by=F("id")),
                name="a_delivery_does_not_supersede_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at", "id"], name="delivery_to_organisation"),
            models.Index(
                fields=["organisation"], condition=Q(settled_at__isnull=True), name="delivery_waits_at_organisation"
            ),
            models.Index(fields=["next_step_at"], condition=Q(settled_at__isnull=True), name="delivery_to_remind_of"),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"

    @property
    def laboratory_id(self) -> Any:
        """The laboratory whose report it is."""
        return self.case.laboratory_id

    @property
    def patient_id(self) -> Any:
        """The patient the report is of."""
        return self.case.patient_id

    @property
    def waits(self) -> bool:
        """Whether somebody still has to acknowledge it."""
        return self.settled_at is None
