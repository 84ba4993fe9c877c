"""Several web processes count together, and an installation where they do not is told so."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from hematovision.metrics.checks import check_processes_count_together

# One web process: it answers one request, then says what /metrics says of it.
PROCESS = """
import django
django.setup()
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client import generate_latest
from hematovision.metrics.views import _of_all_processes
Client().get("/livez")
for family in text_string_to_metric_families(generate_latest(_of_all_processes()).decode()):
    for sample in family.samples:
        if sample.name == "hematovision_http_requests_total":
            print(sample.labels["view"], int(sample.value))
"""


@pytest.mark.parametrize(("shared", "counted"), [(True, "livez 2"), (False, "livez 1")])
def test_the_second_process_answers_for_both(tmp_path, shared, counted):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "hematovision.settings.test"}
    if shared:
        environment["WEB_METRICS_DIR"] = str(tmp_path / "metrics")
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "-c", PROCESS],
            cwd=django_settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert counted in ended.stdout.splitlines()


def test_processes_that_count_apart_are_a_warning(settings):
    settings.METRICS_TOKEN = "t" * 40
    settings.WEB_PROCESSES = 2
    settings.METRICS_SHARED_DIR = ""
    assert [message.id for message in check_processes_count_together()] == ["metrics.W001"]
    settings.METRICS_SHARED_DIR = "/tmp/metrics"  # noqa: S108 - nothing is written
    assert check_processes_count_together() == []
    settings.METRICS_SHARED_DIR = ""
    settings.WEB_PROCESSES = 1
    assert check_processes_count_together() == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WEB_METRICS_TOKEN", "short", "shorter than 32"),
        ("WEB_METRICS_NETWORKS", "10.1.0.0/99", "comma list of networks"),
    ],
)
def test_a_bad_setting_stops_the_start(name, value, sentence):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "hematovision.settings.test", name: value}
    ended = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=django_settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert sentence in ended.stderr
