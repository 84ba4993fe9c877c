"""How connections stand: what went over each last, what waits, and what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, IntegerField, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from integrations.models import WAITING_STATES, Connection, Message, MessageState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def standing(user: User | AnonymousUser) -> QuerySet[Connection, Any]:
    """Return the connections that `user` may see, with how each stands."""
    return with_standing(Connection.objects.visible_to(user)).select_related("mapping", "saved_by")


def with_standing(connections: QuerySet[Connection]) -> QuerySet[Connection, Any]:
    """Return `connections` with how each stands: one statement, however many there are.

    `last_acknowledged` and `last_processed` are times or None; `waiting`, `held`, `refused`, `dead` numbers;
    `oldest` since when the oldest of those that wait does. Each is looked up by its state, so that a log of a million
    messages costs no more than one of a hundred.
    """
    return connections.annotate(
        last_acknowledged=_last(MessageState.ACKNOWLEDGED),
        last_processed=_last(MessageState.PROCESSED),
        waiting=_number(*WAITING_STATES),
        held=_number(MessageState.HELD),
        refused=_number(MessageState.REFUSED),
        dead=_number(MessageState.DEAD),
        oldest=Subquery(_of(*WAITING_STATES).annotate(since=Min("created_at")).values("since")),
    )


def stuck_of(connection: Connection) -> dict[str, int]:
    """Return how many messages of a connection that `with_standing` gave wait for a person, by state.

    What we refused of another system waits for that system.
    """
    states = (
        (MessageState.HELD, MessageState.REFUSED, MessageState.DEAD) if connection.is_outgoing else (MessageState.HELD,)
    )
    return {state.value: getattr(connection, state.value) for state in states}


def _of(*states: MessageState) -> QuerySet[Message, Any]:
    """The messages of one connection in some states, as one group."""
    found = Message.objects.filter(connection=OuterRef("pk"), state__in=states).order_by()
    return found.values("connection")


def _number(*states: MessageState) -> Coalesce:
    return Coalesce(
        Subquery(_of(*states).annotate(number=Count("pk")).values("number")), 0, output_field=IntegerField()
    )


def _last(state: MessageState) -> Subquery:
    found = Message.objects.filter(connection=OuterRef("pk"), state=state).order_by("-position", "-id")
    return Subquery(found.values("settled_at")[:1])
