"""Reads of deliveries and limits that pages and services share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import User
from inbox.critical_limits import limits_in_force
from inbox.models import CriticalLimits, Delivery
from inbox.permissions import may_receive, sees_sent_reports

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from accounts.models import Organisation
    from cases.models import Case
    from inbox.critical_limits import Limit
    from inbox.models.delivery import DeliveryQuerySet

_MOST_COUNTED = 99


def deliveries_listed_to(user: User) -> DeliveryQuerySet:
    """Return what the list of `user` is made of: what was sent for the laboratory's people, else what was received."""
    return Delivery.objects.visible_to(user) if sees_sent_reports(user) else Delivery.objects.received_by(user)


def with_what_a_line_shows(deliveries: DeliveryQuerySet) -> DeliveryQuerySet:
    """Return `deliveries` with case, patient, places and people at hand."""
    found = deliveries.select_related(
        "report", "case__patient", "case__clinic", "organisation", "acknowledgement", "opened_by"
    )
    # The sealed content is some fifty kilobytes; a line names its version only.
    return found.defer("report__sealed")


def waiting_count(user: Any) -> str:
    """Return how many reports wait for the organisation of `user` to acknowledge them; "99+" for more, "" for none."""
    if not user.is_authenticated or not may_receive(user):
        return ""
    # By the column alone, not through the cases.
    waiting = Delivery.objects.waiting().filter(organisation=user.organisation_id)
    count = waiting.order_by()[: _MOST_COUNTED + 1].count()
    return f"{_MOST_COUNTED}+" if count > _MOST_COUNTED else str(count or "")


def waiting_for_acknowledgement(cases: Iterable[Case]) -> frozenset[UUID]:
    """Return the ids of those of `cases` of which a report still waits for an acknowledgement."""
    return frozenset(Delivery.objects.waiting().filter(case__in=cases).order_by().values_list("case", flat=True))


def receivers_of(organisation: Organisation) -> list[User]:
    """Return the people who receive reports for `organisation`."""
    people = User.objects.filter(organisation=organisation, is_active=True).select_related("organisation")
    return [person for person in people if may_receive(person)]


def limits_of(laboratory_id: UUID | None) -> dict[str, Limit]:
    """Return the critical limits in force in a laboratory, by code of the measure."""
    own = CriticalLimits.objects.filter(laboratory=laboratory_id).first()
    return limits_in_force(own.limits if own else None)
