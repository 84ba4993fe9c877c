"""docker-compose.yml names every part, its health check and the key settings."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_every_part_is_there(compose):
    assert set(compose["services"]) == {
        "migrate",
        "web",
        "worker",
        "worker-gpu",
        "trainer",
        "beat",
        "lis",
        "database",
        "broker",
    }


def test_every_lasting_part_has_a_health_check(compose):
    lasting = {name: part for name, part in compose["services"].items() if name != "migrate"}
    assert [name for name, part in lasting.items() if "healthcheck" not in part] == []


def test_the_gpu_worker_is_opt_in_and_asks_for_a_card(compose):
    gpu = compose["services"]["worker-gpu"]
    assert gpu["profiles"] == ["gpu"]
    assert gpu["runtime"] == "nvidia"
    assert gpu["deploy"]["resources"]["reservations"]["devices"][0]["driver"] == "nvidia"
    assert "tensorflow[and-cuda]" in (ROOT / "requirements-gpu.in").read_text()


def test_data_lies_in_named_volumes(compose):
    assert set(compose["volumes"]) == {"database", "broker", "files"}
    assert "database:/var/lib/postgresql/data" in compose["services"]["database"]["volumes"]


def test_no_secret_has_a_default(compose):
    environment = compose["services"]["web"]["environment"]
    for name in (
        "HEMATOVISION_SECRET_KEY",
        "HEMATOVISION_FIELD_KEYS",
        "HEMATOVISION_BLIND_INDEX_KEY",
        "HEMATOVISION_AUDIT_CHECKPOINT_KEY",
    ):
        assert environment[name].startswith(f"${{{name}:?")


def test_the_image_does_not_run_as_root():
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    finals = [stage for stage in stages if stage.startswith(("source AS app", "source AS gpu"))]
    assert len(finals) == 2
    assert all("\nUSER hematovision\n" in stage for stage in finals)


def test_web_processes_of_one_container_count_their_requests_together(compose):
    web = compose["services"]["web"]
    (shared,) = (mount.partition(":")[0] for mount in web["tmpfs"])
    assert web["environment"]["WEB_METRICS_DIR"] == f"${{WEB_METRICS_DIR:-{shared}}}"


def test_every_app_is_in_the_image():
    copied = {line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")}
    ours = {name.split(".")[0] for name in settings.INSTALLED_APPS if (ROOT / name.split(".")[0]).is_dir()}
    assert ours | {"training", "hematovision", "templates", "static", "deploy", "model_store", "material"} <= copied


def test_everything_the_image_copies_is_in_the_repository():
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), line


def test_the_image_can_dump_the_server_it_runs_beside(compose):
    """pg_dump refuses a server that is newer than itself."""
    server = compose["services"]["database"]["image"].removeprefix("postgres:").partition("-")[0]
    assert f"postgresql-client-{server} " in (ROOT / "Dockerfile").read_text()
