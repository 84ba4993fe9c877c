"""What notices do when an order came in, and when it waits no longer, and so for rejected specimens; inside the transaction that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases.states import OrderState
from notices.services import orders_taken_up, specimen_sent_again, tell_of_order, tell_of_rejection

if TYPE_CHECKING:
    from cases.models import Case, OrderTransition, SpecimenRejection


def order_stepped(*, instance: OrderTransition, created: bool, **_: Any) -> None:
    """Tell of an order that came in, and no longer of one that somebody took up or ended."""
    if not created:
        return
    if not instance.from_state:
        tell_of_order(order=instance.order)
    elif instance.from_state == OrderState.REQUESTED:
        orders_taken_up(order=instance.order)


def specimen_rejected(*, instance: SpecimenRejection, created: bool, **_: Any) -> None:
    """Tell the clinic."""
    if created:
        tell_of_rejection(rejection=instance)


def case_opened(*, instance: Case, created: bool, **_: Any) -> None:
    """Tell no longer of a specimen in whose place another one comes."""
    if created:
        specimen_sent_again(case=instance)
