"""The manifests of deploy/kubernetes and deploy/monitoring, as the tests look at them."""

from __future__ import annotations

import yaml
from django.conf import settings

KUBERNETES = settings.BASE_DIR / "deploy" / "kubernetes"
MONITORING = settings.BASE_DIR / "deploy" / "monitoring"

#: Kinds of operators, which no schema of Kubernetes knows.
OF_OPERATORS = {"ScaledObject", "ServiceMonitor", "PrometheusRule"}
WORKLOADS = {"Deployment", "StatefulSet", "DaemonSet", "Job"}


def files():
    """Every YAML file that is a list of manifests."""
    found = [*KUBERNETES.rglob("*.yaml"), MONITORING / "service-monitor.yaml", MONITORING / "prometheus-rule.yaml"]
    return sorted(path for path in found if path.name != "kustomization.yaml")


def manifests():
    """Every manifest, in the order of its files."""
    return [manifest for path in files() for manifest in yaml.safe_load_all(path.read_text())]


def named(manifest):
    """What a failing test calls it."""
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def of_kind(*kinds):
    """The manifests of some kinds."""
    return [manifest for manifest in manifests() if manifest["kind"] in kinds]


def pods():
    """(name of the workload, template of its pods) of every workload."""
    return [(manifest["metadata"]["name"], manifest["spec"]["template"]) for manifest in of_kind(*WORKLOADS)]


def containers(template):
    """All containers of a pod, those that run first included."""
    return [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]


def selects(selector, labels):
    """Whether a label selector takes `labels`."""
    wanted = selector.get("matchLabels", {})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(
        expression["operator"] == "In" and labels.get(expression["key"]) in expression["values"]
        for expression in selector.get("matchExpressions", [])
    )
