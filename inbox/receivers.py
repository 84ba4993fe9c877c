"""What delivery does when a report was signed, and when it was seen."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from django.db import DatabaseError, transaction

from audit.models import Action, Outcome
from inbox.services.acknowledgements import note_report_seen
from inbox.services.deliveries import deliver_report

if TYPE_CHECKING:
    from audit.models import AuditEvent

log = structlog.get_logger(__name__)


def deliver_signed_report(*, report_id: uuid.UUID, **_: Any) -> None:
    """Send a committed report on.

    It is signed by now and the pathologist's request has succeeded; if the database hiccups here the periodic pass
    finds the report.
    """
    try:
        deliver_report(report_id=report_id)
    except DatabaseError:
        log.exception("report_not_delivered", report_id=str(report_id))


_SEEN = frozenset({Action.VIEW, Action.PRINT, Action.EXPORT, Action.DOWNLOAD})


def note_seen_report(*, instance: AuditEvent, created: bool, **_: Any) -> None:
    """Whoever sees a report anywhere leaves that in the audit trail: at the clinic it was then opened.

    After the commit, because the head of the audit trail is locked until then and a case is locked before it.
    """
    if not created or instance.object_type != "reports.report" or instance.action not in _SEEN:
        return
    # A list of reports is an event about none in particular.
    if instance.object_id and instance.actor_id is not None and instance.outcome == Outcome.SUCCESS:
        seen = partial(note_report_seen, report_id=uuid.UUID(instance.object_id), user_id=instance.actor_id)
        # The report is on the screen: a hiccup here must not take it away.
        transaction.on_commit(seen, robust=True)
