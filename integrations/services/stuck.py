"""Telling administrators of messages that wait for a person: at most once an hour for each connection."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.overseers import administrators_of
from integrations.models import Connection, Message
from notices.models import Notification
from notices.services import notify

KIND = "lis-stuck"
AT_MOST_EVERY = dt.timedelta(hours=1)


def follow_stuck_messages(*, now: dt.datetime | None = None) -> int:
    """Tell of the messages over each connection that got stuck since that was last told; returns of how many connections.

    Who joins a laboratory later sees them on the page.
    """
    now = now or timezone.now()
    stuck = Message.objects.stuck().outgoing().filter(connection=OuterRef("pk"))
    told = 0
    for connection in Connection.objects.filter(Exists(stuck)):
        last = Notification.objects.filter(kind=KIND, subject_id=connection.pk).order_by("-created_at").first()
        if last is not None and now - AT_MOST_EVERY < last.created_at <= now:
            continue
        waiting = Message.objects.stuck().outgoing().filter(connection=connection)
        if last is not None and not waiting.filter(settled_at__gt=last.created_at).exists():
            continue
        _tell(connection, waiting.count())
        told += 1
    return told


@transaction.atomic
def _tell(connection: Connection, number: int) -> None:
    notify(
        recipients=administrators_of(connection.laboratory_id),
        kind=KIND,
        subject_id=connection.pk,
        text=partial(_text, connection, number),
        path=f"{reverse('integrations:messages')}?connection={connection.pk}",
        replaces=True,
    )


def _text(connection: Connection, number: int) -> str:
    text = ngettext(
        "%(number)s message waits for a person: %(name)s did not take them, or they could not be made.",
        "%(number)s messages wait for a person: %(name)s did not take them, or they could not be made.",
        number,
    )
    return text % {"number": number, "name": connection.name}
