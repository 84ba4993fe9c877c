"""Every manifest is what Kubernetes and the operators know, alone and put together."""

import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml

from tests.deploy.manifests import KUBERNETES, MONITORING, OF_OPERATORS, files, manifests, named, of_kind, selects

#: The oldest version the files are meant for, and the newest that the schemas know.
VERSIONS = ("1.31", kubernetes_validate.latest_version())
KUSTOMIZATIONS = sorted([*KUBERNETES.rglob("kustomization.yaml"), MONITORING / "kustomization.yaml"])
OVERLAYS = sorted(path.parent for path in (KUBERNETES / "overlays").glob("*/kustomization.yaml"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", [m for m in manifests() if m["kind"] not in OF_OPERATORS], ids=named)
def test_kubernetes_knows_every_field(manifest, version):
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_wrong_field_is_found():
    """The check above can fail."""
    wrong = {**of_kind("Service")[0], "spec": {"selectors": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


@pytest.mark.parametrize("path", KUSTOMIZATIONS, ids=lambda path: str(path.parent.relative_to(KUBERNETES.parent)))
def test_kustomizations_name_what_is_there(path):
    said = yaml.safe_load(path.read_text())
    for name in (*said.get("resources", []), *said.get("components", [])):
        target = path.parent / name
        assert target.is_file() or (target / "kustomization.yaml").is_file(), name
    beside = {file.name for file in path.parent.glob("*.yaml")} - {"kustomization.yaml", "alerts.yaml"}
    assert beside == {name for name in said.get("resources", []) if name.endswith(".yaml")}


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_overlays_are_put_together(overlay):
    built = subprocess.run(["kubectl", "kustomize", overlay], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    made = list(yaml.safe_load_all(built.stdout))
    for manifest in made:
        if manifest["kind"] not in OF_OPERATORS:
            kubernetes_validate.validate(manifest, VERSIONS[1], strict=True)
        if manifest["kind"] != "Namespace":
            assert manifest["metadata"]["namespace"] == "hematovision", named(manifest)
    assert ("worker-gpu" in built.stdout) == (overlay.name == "gpu")
    # What KEDA decides stands in no manifest: applying it again would undo KEDA's number.
    worker = next(m for m in made if m["kind"] == "Deployment" and m["metadata"]["name"] == "worker")
    assert "replicas" not in worker["spec"]


def test_rules_are_the_same_with_and_without_the_operator():
    (rule,) = of_kind("PrometheusRule")
    assert rule["apiVersion"] == "monitoring.coreos.com/v1"
    assert rule["spec"] == yaml.safe_load((MONITORING / "alerts.yaml").read_text())


def test_the_service_monitor_finds_the_service():
    (monitor,) = of_kind("ServiceMonitor")
    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    assert set(monitor["spec"]) == {"jobLabel", "selector", "endpoints"}
    (service,) = (
        each for each in of_kind("Service") if selects(monitor["spec"]["selector"], each["metadata"]["labels"])
    )
    labels = service["metadata"]["labels"]
    # The alerts and the dashboard ask for this job.
    assert labels[monitor["spec"]["jobLabel"]] == "hematovision"
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert endpoint["path"] == "/metrics"
    assert endpoint["authorization"]["credentials"]["key"] == "WEB_METRICS_TOKEN"


def test_scaling_asks_for_the_queue_and_the_oldest_wait():
    (scaled,) = of_kind("ScaledObject")
    assert scaled["apiVersion"] == "keda.sh/v1alpha1"
    spec = scaled["spec"]
    assert set(spec) <= {
        "scaleTargetRef", "pollingInterval", "cooldownPeriod", "minReplicaCount", "maxReplicaCount", "fallback",
        "advanced", "triggers",
    }  # fmt: skip
    assert spec["scaleTargetRef"] == {"name": "worker"}
    assert 1 <= spec["minReplicaCount"] < spec["maxReplicaCount"]
    queries = {}
    for trigger in spec["triggers"]:
        assert trigger["type"] == "prometheus"
        assert set(trigger["metadata"]) == {"serverAddress", "query", "threshold"}
        assert float(trigger["metadata"]["threshold"]) > 0
        queries[trigger["name"]] = trigger["metadata"]["query"]
    assert re.findall(r"hematovision_\w+", " ".join(queries.values())) == [
        "hematovision_images_waiting",
        "hematovision_images_oldest_wait_seconds",
    ]
    # Two web processes say the same number: adding them up would start twice the workers.
    assert all("max" in query for query in queries.values())


def test_no_secret_is_in_a_file():
    assert of_kind("Secret") == []
    for line in (KUBERNETES / "secrets.env.example").read_text().splitlines():
        assert line.startswith("#") or line.endswith("="), line
    assert all("PRIVATE KEY" not in path.read_text() for path in files())
