"""What notices do when an order came in, and when it waits no longer; inside the transaction that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases.states import OrderState
from notices.services import orders_taken_up, tell_of_order

if TYPE_CHECKING:
    from cases.models import OrderTransition


def order_stepped(*, instance: OrderTransition, created: bool, **_: Any) -> None:
    """Tell of an order that came in, and no longer of one that somebody took up or ended."""
    if not created:
        return
    if not instance.from_state:
        tell_of_order(order=instance.order)
    elif instance.from_state == OrderState.REQUESTED:
        orders_taken_up(order=instance.order)
