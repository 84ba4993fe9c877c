"""What narrows the list of orders."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from cases.models import Priority
from cases.states import OrderState
from hematovision.forms import uuid_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict
    from django_stubs_ext import StrPromise

    from cases.models import OrderQuerySet

_MOST_IDS = 50
# What the tabs of the list say and which states each holds.
ORDER_TABS: Mapping[str, tuple[StrPromise, frozenset[OrderState]]] = {
    "waiting": (_("Waiting"), frozenset({OrderState.REQUESTED})),
    "opened": (_("With a case"), frozenset({OrderState.ACCEPTED, OrderState.IN_PROGRESS})),
    "completed": (_("Completed"), frozenset({OrderState.COMPLETED})),
    "ended": (_("Cancelled or rejected"), frozenset({OrderState.CANCELLED, OrderState.REJECTED})),
    "all": (_("All"), frozenset(OrderState)),
}


@dataclass(frozen=True)
class OrderFilters:
    """The filters of the list as its address carries them; what is not understood is ignored."""

    state: str
    priority: str
    clinic: uuid.UUID | None
    ids: tuple[uuid.UUID, ...]

    @classmethod
    def from_query(cls, query: QueryDict) -> OrderFilters:
        """Read the filters from a query string. Whoever looks for certain orders wants them, whatever their state."""
        ids = tuple(found for found in map(uuid_or_none, query.getlist("order")[:_MOST_IDS]) if found is not None)
        state = query.get("state", "")
        priority = query.get("priority", "")
        return cls(
            state=state if state in ORDER_TABS else "all" if ids else "waiting",
            priority=priority if priority in Priority.values else "",
            clinic=uuid_or_none(query.get("clinic", "")),
            ids=ids,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the state is filtered on."""
        return bool(self.priority or self.clinic or self.ids)

    def but_state(self, orders: OrderQuerySet) -> OrderQuerySet:
        """Apply every filter except the state, for the counts beside the states."""
        if self.priority:
            orders = orders.filter(priority=self.priority)
        if self.clinic:
            orders = orders.filter(clinic=self.clinic)
        if self.ids:
            orders = orders.filter(pk__in=self.ids)
        return orders

    def apply(self, orders: OrderQuerySet) -> OrderQuerySet:
        """Apply every filter; what waits comes most pressing first, everything else newest first."""
        orders = self.but_state(orders)
        if self.state == "all":
            return orders
        found = orders.filter(state__in=ORDER_TABS[self.state][1])
        return found.most_pressing_first() if self.state == "waiting" else found
