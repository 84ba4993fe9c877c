"""Telling people of new orders who asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Role, User
from accounts.models.user import LABORATORY_ROLES
from cases.models import Order, Priority
from notices.services.notifications import close_notifications, notify

if TYPE_CHECKING:
    from django.db.models import QuerySet

KIND = "order"
ROUTINE = gettext_noop("New orders wait.")
_PRESSING = {
    Priority.STAT: gettext_noop("A stat order of %(clinic)s waits."),
    Priority.URGENT: gettext_noop("An urgent order of %(clinic)s waits."),
}


def tell_of_order(*, order: Order) -> None:
    """Tell those at its clinic and laboratory who follow orders; called in the transaction in which it came.

    Of each urgent or stat order by itself. Of routine ones together, once until the list of orders was opened: a system may send
    hundreds a day. Whoever placed it knows.
    """
    people = _followers(order)
    pressing = _PRESSING.get(Priority(order.priority))
    if pressing is not None:
        notify(
            recipients=people,
            kind=KIND,
            subject_id=order.pk,
            text=lambda: _(pressing) % {"clinic": order.clinic.name},
            path=reverse("workbench:order", args=[order.pk]),
        )
        return
    for place in {person.organisation_id for person in people}:
        there = [person for person in people if person.organisation_id == place]
        notify(recipients=there, kind=KIND, subject_id=place, text=ROUTINE, path=reverse("workbench:orders"))


def orders_taken_up(*, order: Order) -> None:
    """Close what was told of an order that waits no longer, and of all where it was the last that waited."""
    close_notifications(subject_id=order.pk)
    for place, waiting in (
        (order.clinic_id, Order.objects.waiting().filter(clinic=order.clinic_id)),
        (order.laboratory_id, Order.objects.waiting().filter(laboratory=order.laboratory_id)),
    ):
        if not waiting.exists():
            close_notifications(subject_id=place)


def _followers(order: Order) -> QuerySet[User]:
    """Those who chose to be told, and see the order."""
    follows = User.objects.filter(is_active=True, notice_preference__new_orders=True)
    at_clinic = Q(organisation=order.clinic_id, role__in={Role.UPLOADER, *LABORATORY_ROLES})
    at_laboratory = Q(organisation=order.laboratory_id, role__in=LABORATORY_ROLES)
    return follows.filter(at_clinic | at_laboratory).exclude(pk=order.created_by_id)
