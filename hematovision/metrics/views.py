"""GET /metrics"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import prometheus_client
from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from hematovision.metrics.access import refusal
from hematovision.metrics.rows import FromRows

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with everything that is counted, in Prometheus' text format."""
    status = refusal(request)
    if status is not None:
        headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
        return HttpResponse(f"{status.phrase}\n", status=status, content_type="text/plain", headers=headers)
    from_rows = CollectorRegistry()
    from_rows.register(FromRows())
    counted = prometheus_client.generate_latest(_of_all_processes()) + prometheus_client.generate_latest(from_rows)
    return HttpResponse(counted, content_type=prometheus_client.CONTENT_TYPE_LATEST)


def _of_all_processes() -> CollectorRegistry:
    """What this process counted, or what all of them did where they share a folder (WEB_METRICS_DIR)."""
    if not settings.METRICS_SHARED_DIR:
        return prometheus_client.REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared, path=settings.METRICS_SHARED_DIR)  # type: ignore[no-untyped-call]
    return shared
