"""Who may scrape /metrics, and how several web processes count together."""

import ipaddress
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from hematovision.settings.environment import env

_TOKEN_MIN_LENGTH = 32

# Neither set: /metrics answers 404. What is set must hold, both where both are.
METRICS_TOKEN = env.str("WEB_METRICS_TOKEN", default="")
METRICS_NETWORKS: list[str] = env.list("WEB_METRICS_NETWORKS", default=[])

if METRICS_TOKEN and len(METRICS_TOKEN) < _TOKEN_MIN_LENGTH:
    raise ImproperlyConfigured(f"WEB_METRICS_TOKEN is shorter than {_TOKEN_MIN_LENGTH} characters.")
for _network in METRICS_NETWORKS:
    try:
        ipaddress.ip_network(_network)
    except ValueError as error:
        raise ImproperlyConfigured("WEB_METRICS_NETWORKS is a comma list of networks such as 10.1.0.0/16.") from error

# Web processes of one host or container write their counts here, and each of them answers for all.
METRICS_SHARED_DIR = env.str("WEB_METRICS_DIR", default="")
if METRICS_SHARED_DIR:
    Path(METRICS_SHARED_DIR).mkdir(parents=True, exist_ok=True)
    # The library's own name for it, read when it is first imported: after the settings.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_SHARED_DIR
WEB_PROCESSES = int(os.environ.get("WEB_CONCURRENCY", "1"))
