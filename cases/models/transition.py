"""Every step of the state machines, as rows the database itself protects."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.states import CaseState, ImageState, OrderState


class CaseTransition(models.Model):
    """A case went from one state to another: when, by whom (nobody means the system) and why."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=12, choices=CaseState.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=CaseState.choices)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} -> {self.to_state}"


class ImageTransition(models.Model):
    """An image went from one state to another: when, by whom (nobody means the system) and why."""

    image = models.ForeignKey("cases.SmearImage", on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=12, choices=ImageState.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=ImageState.choices)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} -> {self.to_state}"


class OrderRejection(models.TextChoices):
    """Why a laboratory does not carry out an order."""

    MISMATCH = "mismatch", _("Specimen and order do not belong together")
    LABEL = "label", _("The slide is not labelled, or not readably")
    NOT_RECEIVED = "not_received", _("No specimen came")
    DAMAGED = "damaged", _("The slide is broken or cannot be used")
    CLOTTED = "clotted", _("The blood was clotted")
    NOT_OFFERED = "not_offered", _("The laboratory does not offer this examination")
    DUPLICATE = "duplicate", _("It was ordered twice")
    OTHER = "other", _("Another reason")


class OrderTransition(models.Model):
    """An order went from one state to another: when, by whom (nobody means the system) and why."""

    order = models.ForeignKey("cases.Order", on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=12, choices=OrderState.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=OrderState.choices)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(blank=True)
    reason_code = models.CharField(max_length=16, choices=OrderRejection.choices, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(to_state=OrderState.REJECTED) | ~models.Q(reason_code=""),
                name="rejected_order_has_a_coded_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_state or 'new'} -> {self.to_state}"
