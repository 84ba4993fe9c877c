"""Telling administrators of results that did not arrive."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.overseers import administrators_of
from audit.models import Action, Outcome
from audit.services import record
from integrations.models import Connection
from integrations.reconciliation import Period, days_of
from notices.services import notify

KIND = "reconciliation"
LOOKS_BACK_DAYS = 7


def watch_reconciliation() -> list[Connection]:
    """Look at the last seven whole days of every connection that carries results; returns those with something missing.

    Administrators are told, and are not told again while they have not read it.
    """
    yesterday = timezone.now().date() - dt.timedelta(days=1)
    period = Period(yesterday - dt.timedelta(days=LOOKS_BACK_DAYS - 1), yesterday)
    red = []
    for connection in Connection.objects.carrying_results().filter(began_at__isnull=False).in_use():
        missing = sum(day.missing for day in days_of(connection, period))
        if missing:
            _tell(connection, missing)
            red.append(connection)
    return red


def _tell(connection: Connection, missing: int) -> None:
    with transaction.atomic():
        told = notify(
            recipients=administrators_of(connection.laboratory_id),
            kind=KIND,
            subject_id=connection.pk,
            text=gettext_noop("Results that were signed until yesterday have not arrived over a connection."),
            path=f"{reverse('integrations:reconciliation')}?connection={connection.pk}",
            replaces=True,
        )
        if told:
            record(
                actor=None,
                action=Action.VERIFY,
                target=connection,
                laboratory_id=connection.laboratory_id,
                outcome=Outcome.FAILURE,
                reason="Signed results have not arrived.",  # not translated
                after={"missing": missing},
            )
