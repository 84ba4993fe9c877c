"""What delivery does when a report was signed."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from django.db import DatabaseError

from inbox.services.deliveries import deliver_report

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
