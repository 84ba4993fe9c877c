"""Reminding people of reports they have not acknowledged, and going over their heads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import Action
from audit.services import record
from cases.services.audit_trail import scope_of
from inbox.conf import escalate_after, remind_after
from inbox.models import Delivery
from inbox.selectors import receivers_of
from inbox.services.escalation import KIND, escalate
from notices.services import notify

if TYPE_CHECKING:
    from datetime import datetime, timedelta

log = structlog.get_logger(__name__)

#: One pass reminds of at most this many, the longest waiting first.
BOUND = 500


def remind() -> int:
    """Remind of, or escalate, every report whose time has come; returns of how many.

    Safe in several processes at once: each step is taken only while the row is as it was found.
    """
    now = timezone.now()
    due = (
        Delivery.objects.waiting()
        .filter(next_step_at__lte=now)
        .select_related("case", "organisation", "report")
        .order_by("next_step_at")[:BOUND]
    )
    reminded = sum(_remind(delivery, now) for delivery in due)
    if reminded:
        log.info("reminded_of_reports", number=reminded)
    return reminded


def _remind(delivery: Delivery, now: datetime) -> bool:
    case = delivery.case
    waited = now - delivery.created_at
    over_heads = delivery.escalated_at is not None or waited >= escalate_after(
        case.priority, critical=delivery.critical
    )
    with transaction.atomic():
        taken = (
            Delivery.objects.waiting()
            .filter(pk=delivery.pk, reminders=delivery.reminders)
            .update(
                reminders=delivery.reminders + 1,
                next_step_at=_next_step(delivery, now, escalated=over_heads),
            )
        )
        if not taken:
            return False
        if over_heads:
            escalate(delivery, partial(_told_others, delivery, waited))
        else:
            notify(
                recipients=receivers_of(delivery.organisation),
                kind=KIND,
                subject_id=delivery.pk,
                text=partial(_told, delivery, waited),
                path=reverse("inbox:delivery", args=[delivery.pk]),
                replaces=True,
                pressing=delivery.critical,
            )
        record(
            actor=None,
            action=Action.SEND,
            target=delivery,
            after={"what": "escalation" if over_heads else "reminder", "number": delivery.reminders + 1},
            **scope_of(case),
        )
    return True


def _next_step(delivery: Delivery, now: datetime, *, escalated: bool) -> datetime:
    """Return when to come back: after the usual time, or earlier if it is to be escalated before that."""
    priority, critical = delivery.case.priority, delivery.critical
    usual = now + remind_after(priority, critical=critical)
    if escalated:
        return usual
    # A clock that was put back must not put the next step into the past.
    return max(min(usual, delivery.created_at + escalate_after(priority, critical=critical)), now)


def _told(delivery: Delivery, waited: timedelta) -> str:
    """What its receivers are told."""
    sentence = (
        _("A critical report waits for your acknowledgement since %(time)s.")
        if delivery.critical
        else _("A report waits for your acknowledgement since %(time)s.")
    )
    return sentence % {"time": _words(waited)}


def _told_others(delivery: Delivery, waited: timedelta) -> str:
    """What those are told to whom it is escalated."""
    sentence = (
        _("A critical report waits for acknowledgement by %(organisation)s since %(time)s.")
        if delivery.critical
        else _("A report waits for acknowledgement by %(organisation)s since %(time)s.")
    )
    return sentence % {"organisation": delivery.organisation.name, "time": _words(waited)}


def _words(waited: timedelta) -> str:
    """Return a time in the words of a reminder."""
    minutes = int(waited.total_seconds() // 60)
    if days := minutes // (24 * 60):
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
    if hours := minutes // 60:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    if minutes >= 1:
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    return _("a moment")
