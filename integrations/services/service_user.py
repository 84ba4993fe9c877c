"""The account that what comes in over a connection is written by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Role
from accounts.scopes import CASES_READ, CASES_WRITE, ORDERS_READ, ORDERS_WRITE, PATIENTS_WRITE
from accounts.services.people import add_person
from integrations.models import Connection

if TYPE_CHECKING:
    from accounts.models import User

SCOPES = frozenset({CASES_READ, CASES_WRITE, PATIENTS_WRITE, ORDERS_READ, ORDERS_WRITE})
"""What it may do: it has no token, and nobody signs in with it."""


def service_user_of(connection: Connection, *, actor: User | None = None) -> User:
    """Return the service account of a connection, made by `actor` where there is none; it acts for the laboratory's clinics.

    Its name is that which the connection had when it was made.
    """
    user = connection.service_user or _made(connection, actor)
    user.token_scopes = SCOPES
    return user


@transaction.atomic
def _made(connection: Connection, actor: User | None) -> User:
    # Two first messages at once make one account.
    stored = Connection.objects.select_for_update(no_key=True, of=("self",)).get(pk=connection.pk)
    user: User = stored.service_user or add_person(
        actor=actor,
        email=f"{stored.pk}@connection.invalid",
        full_name=stored.name,
        role=Role.SERVICE,
        organisation=stored.laboratory,
    )
    stored.service_user = connection.service_user = user
    stored.save(update_fields=["service_user"])
    return user
