"""What an installation should be told about its metrics."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 - Django's own name


@register(deploy=True)
def check_processes_count_together(**_: Any) -> list[CheckMessage]:
    """Several web processes that count apart show one of them at a scrape, and each time another."""
    scraped = settings.METRICS_TOKEN or settings.METRICS_NETWORKS
    if not scraped or settings.WEB_PROCESSES == 1 or settings.METRICS_SHARED_DIR:
        return []
    return [
        Warning(
            f"{settings.WEB_PROCESSES} web processes count their requests apart, and /metrics shows those of one.",
            hint="Set WEB_METRICS_DIR to an empty folder of this host or container, or WEB_CONCURRENCY to 1.",
            id="metrics.W001",
        )
    ]
