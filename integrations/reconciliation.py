"""What became of every signed version at every receiver, day by day: the check that nothing was lost on the way.

It is counted from the reports and not from the messages, so that a version for which no message was ever made is seen as
well. Days are days of UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Order, SmearImage
from cases.states import NEVER_REPORTED_STATES, OPEN_STATES, CaseState, ImageState
from integrations.models import DELIVERED_STATES, Connection, Direction, Message, MessageState
from reports.models import Report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import Organisation

NOT_MADE = "none"
"""No message was made for the version."""
FATES = {
    "acknowledged": _("Acknowledged"),
    "handled": _("Handled by a person"),
    "waiting": _("Waiting"),
    "held": _("Held"),
    "refused": _("Refused"),
    "dead": _("Given up"),
    NOT_MADE: _("No message"),
}
"""What became of a version, the good ends first."""
GOOD = frozenset({"acknowledged", "handled"})
_FATE_OF_STATE = {
    MessageState.QUEUED: "waiting",
    MessageState.SENDING: "waiting",
    MessageState.ACKNOWLEDGED: "acknowledged",
    MessageState.HANDLED: "handled",
    MessageState.HELD: "held",
    MessageState.REFUSED: "refused",
    MessageState.DEAD: "dead",
}
MOST_DAYS = 92
"""As many are asked for at once."""
ORDER_WAITS_AT_MOST = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both within."""

    first: dt.date
    last: dt.date

    @property
    def begin(self) -> dt.datetime:
        """The first moment of it."""
        return timezone.make_aware(dt.datetime.combine(self.first, dt.time.min))

    @property
    def end(self) -> dt.datetime:
        """The first moment after it."""
        return timezone.make_aware(dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time.min))

    def days(self) -> Iterable[dt.date]:
        """Each day, the newest first."""
        for back in range((self.last - self.first).days + 1):
            yield self.last - dt.timedelta(days=back)


@dataclass(slots=True)
class Day:
    """The versions signed on one day that one receiver is owed, by what became of them."""

    day: dt.date
    fates: dict[str, int] = field(default_factory=dict)

    @property
    def signed(self) -> int:
        """How many there are."""
        return sum(self.fates.values())

    @property
    def good(self) -> int:
        """How many of them arrived, or were told by a person."""
        return sum(number for fate, number in self.fates.items() if fate in GOOD)

    @property
    def missing(self) -> int:
        """How many did not."""
        return self.signed - self.good

    @property
    def words(self) -> str:
        """What became of those that did not, as "Waiting 2, Refused 1"."""
        return ", ".join(
            f"{label} {self.fates[fate]}" for fate, label in FATES.items() if fate not in GOOD and fate in self.fates
        )


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What came in or was begun and did not go on."""

    orders_without_case: int
    submitted_without_image: int
    cases_without_order: int


def versions_owed(connection: Connection, period: Period) -> QuerySet[Report]:
    """Return the versions of a period that a receiver is owed, each with its `fate`, in the order of their signatures.

    Owed is what was signed since the connection began to carry results, at the clinics it is for. Of several messages for
    one version the one that arrived counts, else the newest.
    """
    owed = Report.objects.filter(
        case__laboratory=connection.laboratory_id, created_at__gte=period.begin, created_at__lt=period.end
    )
    began = connection.began_at
    # Not an early return: whoever asks goes by `fate`, also where there is nothing.
    owed = owed.none() if began is None else owed.filter(created_at__gte=began)
    if connection.clinics.exists():
        owed = owed.filter(case__clinic__in=connection.clinics.all())
    messages = Message.objects.filter(connection=connection, direction=Direction.OUT, report=OuterRef("pk")).exclude(
        state=MessageState.SUPERSEDED
    )
    arrived = messages.filter(state__in=DELIVERED_STATES).order_by("-id").values("state")[:1]
    newest = messages.order_by("-id").values("state")[:1]
    return owed.annotate(
        fate=Coalesce(Subquery(arrived), Subquery(newest), Value(NOT_MADE), output_field=TextField())
    ).order_by("created_at", "id")


def versions_astray(connection: Connection, period: Period) -> QuerySet[Report]:
    """Return those of `versions_owed` that neither arrived nor were told by a person, each with its newest message as `told_by`."""
    messages = Message.objects.outgoing().filter(connection=connection, report=OuterRef("pk"))
    newest = messages.exclude(state=MessageState.SUPERSEDED).order_by("-id").values("message_id")[:1]
    return versions_owed(connection, period).filter(~Q(fate__in=DELIVERED_STATES)).annotate(told_by=Subquery(newest))


def fate_of(report: Report) -> str:
    """Return the key in `FATES` of a version that `versions_owed` gave."""
    state: str = report.fate  # type: ignore[attr-defined]
    return state if state == NOT_MADE else _FATE_OF_STATE[MessageState(state)]


def days_of(connection: Connection, period: Period) -> list[Day]:
    """Return every day of a period, the newest first."""
    days = {day: Day(day) for day in period.days()}
    counted = (
        versions_owed(connection, period)
        .order_by()
        .annotate(day=TruncDate("created_at"))
        .values_list("day", "fate")
        .annotate(number=Count("pk"))
    )
    for day, state, number in counted:
        fate = state if state == NOT_MADE else _FATE_OF_STATE[MessageState(state)]
        found = days[day].fates
        found[fate] = found.get(fate, 0) + number
    return list(days.values())


def unfinished_at(laboratory: Organisation, period: Period) -> Unfinished:
    """Return what waits at a laboratory of what came in during a period.

    Orders count from a day after they came. Cases without an order count only where a laboratory gets orders at all.
    """
    began = Q(created_at__gte=period.begin, created_at__lt=period.end)
    orders = Order.objects.filter(laboratory=laboratory)
    late = orders.waiting().filter(began, created_at__lt=timezone.now() - ORDER_WAITS_AT_MOST)
    cases = Case.objects.filter(began, laboratory=laboratory)
    coming = (
        SmearImage.objects.counting()
        .filter(case=OuterRef("pk"))
        .exclude(state__in=[ImageState.REJECTED, ImageState.FAILED])
    )
    without_image = cases.filter(state__in=OPEN_STATES).exclude(state=CaseState.DRAFT).filter(~Exists(coming))
    gets_orders = orders.exists()
    return Unfinished(
        orders_without_case=late.count(),
        submitted_without_image=without_image.count(),
        cases_without_order=cases.filter(order__isnull=True).exclude(state__in=NEVER_REPORTED_STATES).count()
        if gets_orders
        else 0,
    )
