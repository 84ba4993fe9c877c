"""What several pages of the workbench ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import Organisation
from cases.models import Order
from cases.permissions import may_order_for

if TYPE_CHECKING:
    from accounts.models import User

MOST_ORDERS_COUNTED = 99


def waiting_orders(user: User) -> str:
    """Return how many orders wait for their case; "99+" for more, "" for none."""
    count = Order.objects.visible_to(user).waiting().order_by()[: MOST_ORDERS_COUNTED + 1].count()
    return f"{MOST_ORDERS_COUNTED}+" if count > MOST_ORDERS_COUNTED else str(count or "")


def clinics_to_choose_from(user: User) -> list[Organisation]:
    """Return the clinics to filter by; none where there is nothing to choose."""
    clinics = _places_of(user)
    return clinics if len(clinics) > 1 else []


def clinics_ordered_for(user: User) -> list[Organisation]:
    """Return the places that `user` places orders for, by name: their own, at a laboratory also its clinics."""
    return [place for place in _places_of(user) if may_order_for(user, place)]


def _places_of(user: User) -> list[Organisation]:
    found = Organisation.objects.filter(Q(refers_to=user.organisation_id) | Q(pk=user.organisation_id))
    return list(found.order_by("name"))
