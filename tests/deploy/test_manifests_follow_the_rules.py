"""What every pod keeps to, and that everything a pod needs reaches it."""

import re
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

from deploy.throwaway_production import throwaway_environment
from tests.deploy.manifests import KUBERNETES, containers, manifests, named, of_kind, pods, selects

PODS = [pytest.param(template, id=name) for name, template in pods()]
COMPOSE = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
#: What compose calls the workloads' services is what they are called here; it keeps these two itself.
KEPT_ELSEWHERE = {"database", "broker"}


def secret_names():
    lines = (KUBERNETES / "secrets.env.example").read_text().splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}


def config():
    return of_kind("ConfigMap")[0]["data"]


@pytest.mark.parametrize("template", PODS)
def test_pods_have_no_rights(template):
    spec = template["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] == of_kind("ServiceAccount")[0]["metadata"]["name"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] > 0
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    for container in containers(template):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, container["name"]


def test_pods_run_as_the_person_of_the_image():
    made = re.search(r"useradd --uid (\d+)", (settings.BASE_DIR / "Dockerfile").read_text())
    assert {template["spec"]["securityContext"]["runAsUser"] for _, template in pods()} == {int(made[1])}


@pytest.mark.parametrize("template", PODS)
def test_pods_write_only_where_a_volume_is(template):
    spec = template["spec"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    for container in containers(template):
        mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in container["volumeMounts"]}
        assert "emptyDir" in mounts["/tmp"]  # noqa: S108 - a place in the pod
        assert "emptyDir" in mounts["/var/lib/hematovision"]
    assert not any("hostPath" in volume for volume in volumes.values())
    assert all("sizeLimit" in volume["emptyDir"] for volume in volumes.values() if "emptyDir" in volume)


@pytest.mark.parametrize("template", PODS)
def test_pods_say_what_they_need_and_which_release_they_are(template):
    for container in containers(template):
        for side in ("requests", "limits"):
            assert {"cpu", "memory"} <= set(container["resources"][side])
        tag = container["image"].rpartition(":")[2]
        assert ":" in container["image"]
        assert tag != "latest"


def test_whatever_lasts_is_probed():
    for manifest in of_kind("Deployment"):
        for container in manifest["spec"]["template"]["spec"]["containers"]:
            assert "livenessProbe" in container, named(manifest)
    web = dict(pods())["web"]["spec"]["containers"][0]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(web)
    # A worker that is away must not take the pages away.
    assert {web[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")} == {
        "/livez"
    }


def test_probes_ask_the_pod_by_an_address_it_answers_for():
    web = dict(pods())["web"]["spec"]["containers"][0]
    given = {variable["name"]: variable for variable in web["env"]}
    assert given["POD_IP"]["valueFrom"]["fieldRef"]["fieldPath"] == "status.podIP"
    names = [variable["name"] for variable in web["env"]]
    assert names.index("POD_IP") < names.index("HEMATOVISION_ALLOWED_HOSTS")
    assert given["HEMATOVISION_ALLOWED_HOSTS"]["value"] == "$(PUBLIC_HOSTS),$(POD_IP)"


def test_the_sweeper_is_alone():
    (beat,) = (manifest for manifest in of_kind("Deployment") if manifest["metadata"]["name"] == "beat")
    assert beat["spec"]["replicas"] == 1
    assert beat["spec"]["strategy"] == {"type": "Recreate"}
    scaled = {m["spec"]["scaleTargetRef"]["name"] for m in of_kind("ScaledObject", "HorizontalPodAutoscaler")}
    assert scaled == {"web", "worker"}
    runs_beat = [name for name, template in pods() if "beat" in template["spec"]["containers"][0]["args"]]
    assert runs_beat == ["beat"]


def test_laboratory_systems_reach_one_listener_under_their_own_addresses():
    (lis,) = (manifest for manifest in of_kind("Deployment") if manifest["metadata"]["name"] == "lis")
    assert lis["spec"]["replicas"] == 1
    (service,) = (each for each in of_kind("Service") if each["metadata"]["name"] == "lis")
    assert service["spec"]["externalTrafficPolicy"] == "Local"


def test_every_part_of_compose_runs_here_with_the_same_command():
    here = {name: template["spec"]["containers"][0]["args"] for name, template in pods()}
    assert here == {name: part["command"] for name, part in COMPOSE.items() if name not in KEPT_ELSEWHERE}


def test_every_part_gets_the_settings_and_the_secrets():
    for name, template in pods():
        for container in containers(template):
            assert container["envFrom"] == [
                {"configMapRef": {"name": "hematovision"}},
                {"secretRef": {"name": "hematovision"}},
            ], name


def test_what_compose_asks_for_is_asked_for_here():
    asked = {
        name
        for name, value in COMPOSE["web"]["environment"].items()
        if ":?" in str(value) or name in {"DATABASE_URL", "REDIS_URL", "HEMATOVISION_CACHE_URL"}
    }
    assert asked <= secret_names() | set(config())
    # Nothing that opens a door is in the open.
    assert not {name for name in config() if re.search("KEY|TOKEN|PASSWORD|DATABASE|REDIS", name)}


def test_every_setting_named_here_is_known_to_the_application():
    code = "\n".join(
        path.read_text() for path in [*(settings.BASE_DIR / "hematovision" / "settings").glob("*.py"), settings.BASE_DIR / "deploy" / "gunicorn.conf.py"]
    )  # fmt: skip
    said = secret_names() | set(config())
    for _, template in pods():
        said |= {variable["name"] for container in containers(template) for variable in container.get("env", [])}
    read_elsewhere = {"POD_IP", "PUBLIC_HOSTS", "XDG_CACHE_HOME", "CUDA_CACHE_PATH", "OMP_NUM_THREADS", "HEMATOVISION_THREADS"}  # fmt: skip
    assert {name for name in said - read_elsewhere if f'"{name}"' not in code} == set()


def test_production_starts_with_what_a_pod_is_given(tmp_path):
    throwaway = throwaway_environment(tmp_path)
    environment = {
        **config(),
        **{name: throwaway[name] for name in secret_names() if name in throwaway},
        "DJANGO_SETTINGS_MODULE": throwaway["DJANGO_SETTINGS_MODULE"],
        "HEMATOVISION_VAR": throwaway["HEMATOVISION_VAR"],
    }
    started = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert started.returncode == 0, started.stderr


def test_files_lie_on_volumes_that_outlive_a_host():
    claims = {claim["metadata"]["name"]: claim["spec"] for claim in of_kind("PersistentVolumeClaim")}
    assert {tuple(claim["accessModes"]) for claim in claims.values()} == {("ReadWriteMany",)}
    wanted = {"files": "media", "checkpoints": "audit/checkpoints", "training": "training"}
    for name, template in pods():
        used = {
            volume["name"]: volume["persistentVolumeClaim"]["claimName"]
            for volume in template["spec"]["volumes"]
            if "persistentVolumeClaim" in volume
        }
        assert set(used.values()) <= set(claims)
        if name in {"beat", "lis", "migrate"}:
            continue
        mounts = {mount["name"]: mount["mountPath"] for mount in template["spec"]["containers"][0]["volumeMounts"]}
        for claim, below in wanted.items():
            assert mounts[claim] == f"/var/lib/hematovision/{below}", name


def test_nothing_passes_but_what_is_named():
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in of_kind("NetworkPolicy")}
    closed = policies["nothing-else"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, template in pods():
        labels = template["metadata"]["labels"]
        flows = {flow for flow, spec in policies.items() if selects(spec["podSelector"], labels)}
        assert {"nothing-else", "all-to-dns", "all-to-database-and-broker"} <= flows, name
    for spec in policies.values():
        for flow in [*spec.get("ingress", []), *spec.get("egress", [])]:
            assert flow.get("from", flow.get("to")), "a flow without a partner is open to all"
            assert flow["ports"]


def test_an_object_store_is_reached_by_those_who_open_files():
    (policy,) = (
        each for each in of_kind("NetworkPolicy") if each["metadata"]["name"] == "web-and-workers-to-object-store"
    )
    allowed = {
        name for name, template in pods() if selects(policy["spec"]["podSelector"], template["metadata"]["labels"])
    }
    assert allowed == {"web", "worker", "worker-gpu", "trainer"}
    (flow,) = policy["spec"]["egress"]
    assert flow["ports"] == [{"port": 443, "protocol": "TCP"}]
    assert "169.254.0.0/16" in flow["to"][0]["ipBlock"]["except"], "the addresses that hand out a node's own keys"


def test_every_port_of_a_service_is_let_in_and_listened_on():
    for service in of_kind("Service"):
        takers = [template for _, template in pods() if selects({"matchLabels": service["spec"]["selector"]}, template["metadata"]["labels"])]  # fmt: skip
        assert takers
        for port in service["spec"]["ports"]:
            for template in takers:
                listened = {known["name"] for known in template["spec"]["containers"][0]["ports"]}
                assert port["targetPort"] in listened
                let_in = {
                    allowed["port"]
                    for policy in of_kind("NetworkPolicy")
                    if selects(policy["spec"]["podSelector"], template["metadata"]["labels"])
                    for flow in policy["spec"].get("ingress", [])
                    for allowed in flow["ports"]
                }
                assert port["targetPort"] in let_in


def test_evictions_leave_somebody_at_work():
    budgets = {budget["metadata"]["name"]: budget["spec"] for budget in of_kind("PodDisruptionBudget")}
    labels = {name: template["metadata"]["labels"] for name, template in pods()}
    for name, spec in budgets.items():
        assert selects(spec["selector"], labels[name])
    # One that is alone, or works for an hour, would hold up every drain of its node for ever.
    assert set(budgets) == {"web", "worker", "worker-gpu"}


def test_selectors_find_their_own_pods():
    for manifest in of_kind("Deployment"):
        labels = manifest["spec"]["template"]["metadata"]["labels"]
        assert selects(manifest["spec"]["selector"], labels), named(manifest)
        others = [other for name, other in pods() if name != manifest["metadata"]["name"]]
        assert not any(selects(manifest["spec"]["selector"], other["metadata"]["labels"]) for other in others)


def test_the_ingress_takes_whole_images_before_the_web_does():
    ingress, pieces = sorted(of_kind("Ingress"), key=lambda found: found["metadata"]["name"])
    passed_on = pieces["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-request-buffering"]
    assert (pieces["spec"]["rules"][0]["http"]["paths"][0]["path"], passed_on) == ("/api/v1/uploads/", "off")
    notes = ingress["metadata"]["annotations"]
    for name in ("nginx.ingress.kubernetes.io/proxy-body-size", "nginx.org/client-max-body-size"):
        assert int(notes[name].removesuffix("m")) * 1024**2 > settings.UPLOAD_MAX_BYTES
    assert notes["nginx.ingress.kubernetes.io/proxy-request-buffering"] == "on"
    (rule,) = ingress["spec"]["rules"]
    assert ingress["spec"]["tls"][0]["hosts"] == [rule["host"]]
    assert rule["host"] in config()["HEMATOVISION_ALLOWED_HOSTS"].split(",")
    backend = rule["http"]["paths"][0]["backend"]["service"]
    (service,) = (each for each in of_kind("Service") if each["metadata"]["name"] == backend["name"])
    assert backend["port"]["name"] in {port["name"] for port in service["spec"]["ports"]}


def test_names_are_given_once():
    names = [named(manifest) for manifest in manifests()]
    assert sorted(set(names)) == sorted(names)
