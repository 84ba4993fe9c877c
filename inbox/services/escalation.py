"""Telling others that nobody has acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from inbox.models import Delivery
from notices.services import notify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KIND = "report_waits"
"""Kind of the notifications about a report that nobody acknowledged."""


def escalate(delivery: Delivery, text: Callable[[], str]) -> None:
    """Tell everybody at the clinic, the laboratory's administrators and the signer, each in their language; called in a transaction."""
    Delivery.objects.filter(pk=delivery.pk, escalated_at__isnull=True).update(escalated_at=timezone.now())
    notify(
        recipients=people_above(delivery),
        kind=KIND,
        subject_id=delivery.pk,
        text=text,
        path=reverse("inbox:delivery", args=[delivery.pk]),
        replaces=True,
        pressing=delivery.critical,
    )


def people_above(delivery: Delivery) -> Iterable[User]:
    """Return whom it is escalated to: the whole clinic, the laboratory's administrators, the signer."""
    administers = Q(organisation=delivery.case.laboratory_id, role=Role.ADMINISTRATOR)
    signed = Q(signatures__report=delivery.report_id)
    clinic = Q(organisation=delivery.organisation_id) & ~Q(role=Role.STUDENT)
    return User.objects.filter(administers | signed | clinic, is_active=True).distinct()
