"""The dashboard and the alert rules ask for figures there are, and every alert says where to read on."""

import json
import re
import shutil
import subprocess

import pytest
import yaml
from django.conf import settings
from django.test import Client

from tests.factories.connections import a_connection

MONITORING = settings.BASE_DIR / "deploy" / "monitoring"
#: Made by Prometheus and its library themselves.
NOT_OURS = {"process_resident_memory_bytes"}
TOKEN = "t" * 40


def rules():
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels():
    return json.loads((MONITORING / "dashboard.json").read_text())["panels"]


def metrics_of(expression):
    return set(re.findall(r"\b(?:hematovision|process)_\w+", expression))


def expressions():
    found = {f"alert {rule['alert']}": rule["expr"] for rule in rules()}
    for panel in panels():
        for target in panel["targets"]:
            found[f"panel {panel['title']} {target['refId']}"] = target["expr"]
    return found


@pytest.fixture
def scraped(central, ines, settings):
    a_connection(central, ines)
    settings.METRICS_TOKEN = TOKEN
    return Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content


def names_of(scraped):
    text = scraped.decode()
    typed = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    histograms = {f"{name}{suffix}" for name, kind in typed if kind == "histogram" for suffix in ("_bucket", "_count")}
    return {name for name, _ in typed} | histograms


def test_every_figure_asked_for_is_there(scraped):
    there = names_of(scraped) | NOT_OURS
    unknown = {place: sorted(metrics_of(text) - there) for place, text in expressions().items()}
    assert {place: names for place, names in unknown.items() if names} == {}


def test_the_dashboard_shows_every_figure(scraped):
    shown = set().union(*(metrics_of(target["expr"]) for panel in panels() for target in panel["targets"]))
    ours = set(re.findall(r"^# TYPE (hematovision_\S+)", scraped.decode(), re.MULTILINE))
    families = {re.sub(r"_(gcount|gsum)$", "", name) for name in ours}
    assert {name for name in families if not {name, f"{name}_bucket"} & shown} == {
        "hematovision_disk_size_bytes"
    } - shown


def test_labels_asked_for_are_there():
    known = {"view", "status", "priority", "state", "outcome", "queue", "critical", "part", "folder", "reason", "laboratory", "connection", "le", "job", "instance"}  # fmt: skip
    asked = set()
    for text in expressions().values():
        for labels in re.findall(r"by \(([^)]*)\)", text):
            asked |= {label.strip() for label in labels.split(",")}
        asked |= set(re.findall(r"[{,]\s*(\w+)\s*(?:=|!)", text))
    assert asked <= known


def test_every_alert_names_a_section_of_the_runbook():
    headings = re.findall(r"^#+ (.+)$", (settings.BASE_DIR / "docs" / "RUNBOOK.md").read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for rule in rules():
        document, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert document == "docs/RUNBOOK.md"
        assert anchor in anchors, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]


def test_figures_of_rows_are_never_added_up():
    """They are the same in every process: a sum over two processes would be twice the truth."""
    from_processes = {"hematovision_http_requests_total", "hematovision_http_request_seconds_bucket", "hematovision_uploads_refused_total"}  # fmt: skip
    for place, text in expressions().items():
        if re.search(r"\bsum\b", text):
            assert metrics_of(text) <= from_processes, place


promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (Debian: prometheus)")


@promtool
def test_prometheus_accepts_the_rules():
    told = subprocess.run(
        ["promtool", "check", "rules", MONITORING / "alerts.yaml"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr


@promtool
def test_prometheus_accepts_what_it_scrapes(scraped):
    told = subprocess.run(["promtool", "check", "metrics"], input=scraped, capture_output=True, check=False)
    # 3: parsed, with advice on names.
    assert told.returncode in {0, 3}, told.stderr
    assert b"error" not in told.stderr.lower(), told.stderr


@promtool
def test_the_alerts_fire_when_they_should(tmp_path):
    (tmp_path / "alerts.yaml").write_text((MONITORING / "alerts.yaml").read_text())
    (tmp_path / "cases.yaml").write_text(
        yaml.safe_dump(
            {
                "rule_files": ["alerts.yaml"],
                "evaluation_interval": "1m",
                "tests": [
                    {
                        "interval": "1m",
                        "input_series": [
                            {
                                "series": 'hematovision_images_oldest_wait_seconds{priority="stat", instance="a"}',
                                "values": "0x4 400x10",
                            },
                            {"series": 'hematovision_part_ready{part="worker", instance="a"}', "values": "1x20"},
                            {
                                "series": 'hematovision_http_requests_total{view="workbench:case", status="500"}',
                                "values": "0+5x20",
                            },
                            {
                                "series": 'hematovision_http_requests_total{view="workbench:case", status="200"}',
                                "values": "0+95x20",
                            },
                        ],
                        "alert_rule_test": [
                            {"eval_time": "3m", "alertname": "HematoVisionStatImageWaits", "exp_alerts": []},
                            {
                                "eval_time": "10m",
                                "alertname": "HematoVisionStatImageWaits",
                                "exp_alerts": [
                                    {
                                        "exp_labels": {"severity": "page"},
                                        "exp_annotations": {
                                            "summary": "A stat image has waited for 6m 40s.",
                                            "runbook": "docs/RUNBOOK.md#images-wait-too-long",
                                        },
                                    }
                                ],
                            },
                            {"eval_time": "10m", "alertname": "HematoVisionPartNotReady", "exp_alerts": []},
                            {
                                "eval_time": "15m",
                                "alertname": "HematoVisionErrors",
                                "exp_alerts": [
                                    {
                                        "exp_labels": {"severity": "page"},
                                        "exp_annotations": {
                                            "summary": "More than 1 % of all requests end in an error of ours.",
                                            "runbook": "docs/RUNBOOK.md#errors-and-slow-answers",
                                        },
                                    }
                                ],
                            },
                        ],
                    }
                ],
            }
        )
    )
    told = subprocess.run(
        ["promtool", "test", "rules", "cases.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
