"""Keeps identifying values out of the log, whatever a caller passes."""

import logging
import re

from structlog import DropEvent
from structlog.typing import EventDict, WrappedLogger

# Key names whose values identify a person or open a door; the log line keeps the key.
IDENTIFYING_KEYS = frozenset(
    {
        "accession_number",
        "authorization",
        "birth_date",
        "client_secret",
        "clinical_question",
        "cookie",
        "email",
        "family_name",
        "filename",
        "full_name",
        "given_name",
        "ip",
        "login",
        "mrn",
        "password",
        "patient",
        "patient_name",
        "query_string",
        "token",
        "username",
    }
)
WITHHELD = "[withheld]"

# Links whose secret alone grants access: an invitation, a new password, a confirmed e-mail address.
_SECRET_IN_PATH = re.compile(r"(/accounts/(?:invitation|password/reset/key|confirm-email)/)[^/\s]+")

# Asked every few seconds for as long as the installation lives; the answer itself says what fails.
HEALTH_PATHS = ("/livez", "/readyz", "/metrics")


def drop_health_checks(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave requests for /livez, /readyz and /metrics out of the log (structlog processor)."""
    if str(event.get("request", "")).endswith(HEALTH_PATHS):
        raise DropEvent
    return event


class WithoutHealthChecks(logging.Filter):
    """The same for Django's own line on an answer of 500 and above."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is about something else."""
        return not record.getMessage().endswith(HEALTH_PATHS)


def drop_identifying_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace identifying values of a log event, nested mappings included, and the secrets that addresses hold.

    django-structlog logs the request line as "METHOD /path?query": the query may hold an MRN and
    is cut off. Django's own line on a refused request names the path as well.
    """
    request = event.get("request")
    if isinstance(request, str):
        event["request"] = request.split("?", 1)[0]
    for name in ("request", "event"):
        if isinstance(event.get(name), str):
            event[name] = _SECRET_IN_PATH.sub(rf"\1{WITHHELD}", event[name])
    return _without_identifying(event)


def _without_identifying(mapping: EventDict) -> EventDict:
    return {
        key: WITHHELD
        if key in IDENTIFYING_KEYS and value
        else _without_identifying(value)
        if isinstance(value, dict)
        else value
        for key, value in mapping.items()
    }
