"""Structured logs: events and ids, never patient data."""

from typing import Any

import structlog

from hematovision.logs import drop_health_checks, drop_identifying_values
from hematovision.settings.environment import env

DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# The id it finds was put there, or checked, by audit.middleware: log and audit trail then carry the same one.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    drop_identifying_values,
]

STRUCTLOG_CONFIG: dict[str, Any] = {
    "processors": [
        structlog.stdlib.filter_by_level,
        drop_health_checks,
        *SHARED_PROCESSORS,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    "logger_factory": structlog.stdlib.LoggerFactory(),
    "cache_logger_on_first_use": True,
}

LOG_FORMAT = env.str("HEMATOVISION_LOG_FORMAT", default="json")
LOG_LEVEL = env.str("HEMATOVISION_LOG_LEVEL", default="INFO")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": SHARED_PROCESSORS,
        },
        "console": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.dev.ConsoleRenderer(
                colors=False,
                # The prettier formatters print local variables, and those hold patients.
                exception_formatter=structlog.dev.plain_traceback,
            ),
            "foreign_pre_chain": SHARED_PROCESSORS,
        },
    },
    "filters": {"without_health_checks": {"()": "hematovision.logs.WithoutHealthChecks"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"filters": ["without_health_checks"]},
        "axes": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
