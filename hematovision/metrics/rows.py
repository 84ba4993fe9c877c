"""What is waiting, working and kept, counted from rows at the moment of the scrape.

Every query reads an index over what is unfinished or recent, so that a scrape costs the same after a year. The figures are
those of the installation, equal in every process.
"""

from __future__ import annotations

import shutil
from bisect import bisect_left
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from audit.models import ChainHead
from audit.services.checkpoints import newest_checkpoint
from cases.models import Priority, SmearImage
from cases.states import ImageState
from classifier.models import Analysis, AnalysisState, WorkerHeartbeat
from hematovision import health
from inbox.models import Delivery
from integrations.models import Connection
from integrations.standing import stuck_of, with_standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from prometheus_client.core import Metric

log = structlog.get_logger(__name__)

RECENT = timedelta(minutes=10)
"""How far back analyses are counted: longer than any sensible scrape interval, short enough to show what is."""

SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
"""Upper bounds of the histogram of analyses, in seconds."""


class FromRows(Collector):
    """Collects every part; one that cannot be read is said to be so and hides no other."""

    def collect(self) -> Iterator[Metric]:
        """Yield all families."""
        readable = GaugeMetricFamily(
            "hematovision_metrics_readable", "1 where the figures of a part could be read.", labels=["part"]
        )
        for name, part in PARTS.items():
            try:
                yield from list(part())
            except (DatabaseError, OSError) as error:
                log.warning("metrics_unreadable", part=name, error=type(error).__name__)
                readable.add_metric([name], 0)
            else:
                readable.add_metric([name], 1)
        yield readable


def images() -> Iterable[Metric]:
    """Images that wait for a worker, each once, and those that ended without a result."""
    waiting = GaugeMetricFamily(
        "hematovision_images_waiting", "Images that no worker has taken yet.", labels=["priority"]
    )
    wait = GaugeMetricFamily(
        "hematovision_images_oldest_wait_seconds", "How long the first of them has waited.", labels=["priority"]
    )
    kept = SmearImage.objects.order_by()
    counts = dict(
        kept.filter(state__in=[ImageState.RECEIVED, ImageState.QUEUED])
        .values_list("case__priority")
        .annotate(Count("pk"))
    )
    now = timezone.now()
    # An image that nobody queued yet has no run: the sweeper finds it, and until then it waits all the same.
    received = _oldest(
        kept.filter(state=ImageState.RECEIVED).values_list("case__priority").annotate(Min("uploaded_at"))
    )
    queued = _oldest(
        Analysis.objects.order_by()
        .filter(state=AnalysisState.QUEUED)
        .values_list("image__case__priority")
        .annotate(Min("queued_at"))
    )
    for priority in Priority.values:
        waiting.add_metric([priority], counts.get(priority, 0))
        since = min(received.get(priority, now), queued.get(priority, now))
        wait.add_metric([priority], _seconds(since, now))
    without = GaugeMetricFamily(
        "hematovision_images_without_result", "Images that failed or were rejected.", labels=["state"]
    )
    ended = dict(
        kept.filter(state__in=[ImageState.FAILED, ImageState.REJECTED]).values_list("state").annotate(Count("pk"))
    )
    for state in (ImageState.FAILED, ImageState.REJECTED):
        without.add_metric([state.value], ended.get(state.value, 0))
    return waiting, wait, without


def analyses() -> Iterable[Metric]:
    """Analyses that ended within `RECENT`, by outcome, and how long those that are done took in their worker."""
    outcomes = GaugeMetricFamily(
        "hematovision_analyses_recent", "Analyses that ended within ten minutes.", labels=["outcome"]
    )
    ended = list(
        Analysis.objects.order_by()
        .filter(finished_at__gte=timezone.now() - RECENT)
        .values_list("state", "started_at", "finished_at")
    )
    counts = Counter(state for state, _, _ in ended)
    for outcome in (AnalysisState.DONE, AnalysisState.FAILED):
        outcomes.add_metric([outcome.value], counts[outcome.value])
    took = [
        _seconds(started, finished)
        for state, started, finished in ended
        if state == AnalysisState.DONE and started and finished
    ]
    return outcomes, _histogram("hematovision_analysis_seconds", "Seconds of the analyses of ten minutes.", took)


def workers() -> Iterable[Metric]:
    """Workers heard of lately, and those of them that hold a model and have nothing to complain about, by queue."""
    family = GaugeMetricFamily("hematovision_workers", "Workers that are alive or ready.", labels=["queue", "state"])
    queues = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    for state, rows in (("alive", WorkerHeartbeat.objects.alive()), ("ready", WorkerHeartbeat.objects.ready())):
        served = Counter(name for queue in rows.values_list("queue", flat=True) for name in queue.split(","))
        for queue in queues:
            family.add_metric([queue, state], served[queue])
    return (family,)


def audit_trail() -> Iterable[Metric]:
    """Where the chain ends, and what the newest checkpoint vouches for: it is written after the chain was verified."""
    head = ChainHead.objects.filter(pk=ChainHead.THE_ONE).first()
    yield GaugeMetricFamily("hematovision_audit_events", "Events in the audit trail.", head.position if head else 0)
    newest = newest_checkpoint()
    yield GaugeMetricFamily(
        "hematovision_audit_checkpoint_events", "Events under the newest checkpoint.", newest.position if newest else 0
    )
    yield GaugeMetricFamily(
        "hematovision_audit_checkpoint_timestamp_seconds",
        "When the chain was last verified and signed, 0 for never.",
        newest.moment.timestamp() if newest else 0,
    )


def deliveries() -> Iterable[Metric]:
    """Reports that no clinic has acknowledged yet."""
    waiting = GaugeMetricFamily(
        "hematovision_deliveries_waiting", "Reports nobody has acknowledged.", labels=["critical"]
    )
    wait = GaugeMetricFamily(
        "hematovision_deliveries_oldest_wait_seconds", "How long the first of them has waited.", labels=["critical"]
    )
    now = timezone.now()
    rows = Delivery.objects.waiting().order_by().values_list("critical").annotate(Count("pk"), Min("created_at"))
    found = {critical: (count, oldest) for critical, count, oldest in rows}
    for critical, label in ((True, "yes"), (False, "no")):
        count, oldest = found.get(critical, (0, now))
        waiting.add_metric([label], count)
        wait.add_metric([label], _seconds(oldest, now))
    return waiting, wait


def connections() -> Iterable[Metric]:
    """Messages of each connection that is in use: those that wait, and those that wait for a person."""
    labels = ["laboratory", "connection"]
    waiting = GaugeMetricFamily("hematovision_lis_waiting", "Messages that wait to be sent.", labels=labels)
    oldest = GaugeMetricFamily(
        "hematovision_lis_oldest_seconds", "How long the first of them has waited.", labels=labels
    )
    stuck = GaugeMetricFamily(
        "hematovision_lis_stuck", "Messages on which somebody has to decide.", labels=[*labels, "state"]
    )
    now = timezone.now()
    for found in with_standing(Connection.objects.in_use()).select_related("laboratory"):
        whose = [found.laboratory.slug, found.name]
        waiting.add_metric(whose, found.waiting)
        oldest.add_metric(whose, _seconds(found.oldest or now, now))
        for state, number in stuck_of(found).items():
            stuck.add_metric([*whose, state], number)
    return waiting, oldest, stuck


def readiness() -> Iterable[Metric]:
    """What /readyz says, part by part."""
    family = GaugeMetricFamily("hematovision_part_ready", "1 for a part that /readyz finds ready.", labels=["part"])
    for name, check in health.CHECKS.items():
        family.add_metric([name], _holds(check))
    return (family,)


def disk() -> Iterable[Metric]:
    """Room where files and checkpoints are kept; of several web hosts each one's own."""
    free = GaugeMetricFamily("hematovision_disk_free_bytes", "Bytes free.", labels=["folder"])
    size = GaugeMetricFamily("hematovision_disk_size_bytes", "Bytes in all.", labels=["folder"])
    for name, folder in (("files", Path(settings.MEDIA_ROOT)), ("checkpoints", Path(settings.AUDIT_CHECKPOINT_DIR))):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        room = shutil.disk_usage(there)
        free.add_metric([name], room.free)
        size.add_metric([name], room.total)
    return free, size


PARTS: dict[str, Callable[[], Iterable[Metric]]] = {
    "images": images,
    "analyses": analyses,
    "workers": workers,
    "audit_trail": audit_trail,
    "deliveries": deliveries,
    "connections": connections,
    "readiness": readiness,
    "disk": disk,
}


def _oldest(rows: Iterable[tuple[str, datetime]]) -> dict[str, datetime]:
    return dict(rows)


def _seconds(since: datetime, until: datetime) -> float:
    return max((until - since).total_seconds(), 0.0)


def _holds(check: Callable[[], str]) -> int:
    try:
        check()
    except health.PartFailed:
        return 0
    return 1


def _histogram(name: str, meaning: str, values: list[float]) -> GaugeHistogramMetricFamily:
    fallen = Counter(bisect_left(SECONDS, value) for value in values)
    buckets = []
    upto = 0
    for number, bound in enumerate(SECONDS):
        upto += fallen[number]
        buckets.append((str(bound), float(upto)))
    buckets.append(("+Inf", float(len(values))))
    return GaugeHistogramMetricFamily(name, meaning, buckets=buckets, gsum_value=sum(values))
