"""/readyz and /metrics say whether the object store answers, within seconds, and nothing else about it."""

from __future__ import annotations

import socket
from threading import Event, Thread

import pytest
from prometheus_client import CollectorRegistry

from cases.object_storage import ObjectStorage
from hematovision import health, storage_health
from hematovision.metrics.rows import FromRows
from hematovision.storage_health import Asked
from tests.storage.conftest import ACCESS, BUCKET, ObjectStore

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("object_store")]


@pytest.fixture(autouse=True)
def not_asked_before(monkeypatch):
    monkeypatch.setattr(health, "STORAGE", Asked())


@pytest.fixture
def gone(tmp_path):
    """The storage of a server that has stopped."""
    store = ObjectStore(tmp_path / "server.log")
    store.stop()
    return ObjectStorage(**store.options())


def files_part(client):
    answer = client.get("/readyz")
    return answer.json()["parts"]["files"], answer.content.decode()


def metric():
    registry = CollectorRegistry()
    registry.register(FromRows())
    return registry.get_sample_value("hematovision_part_ready", {"part": "files"})


def test_a_folder_is_not_asked(client, use, local):
    use(local)
    assert files_part(client)[0] == {"ok": True, "detail": "a folder of this host"}


def test_a_bucket_that_answers(client, use, s3):
    use(s3)
    assert files_part(client)[0] == {"ok": True, "detail": "the object store answers"}
    assert metric() == 1


@pytest.mark.parametrize("which", ["gone", "another bucket"])
def test_a_store_that_is_away_is_named_without_bucket_address_or_key(client, use, object_store, gone, which):
    storage = gone if which == "gone" else ObjectStorage(**object_store.options(bucket_name="another-bucket"))
    use(storage)
    part, body = files_part(client)
    assert not part["ok"]
    assert "object store does not answer" in part["detail"]
    for secret in (BUCKET, "another-bucket", storage.endpoint_url, "127.0.0.1", *ACCESS.values()):
        assert secret not in body
    assert metric() == 0


def test_waiting_is_short_and_not_repeated(object_store):
    storage = ObjectStorage(**object_store.options())
    config = storage._brief_client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 2)
    assert config.retries["total_max_attempts"] == 1
    assert config.s3 == storage.client_config.s3, "else as every other request"


def test_a_store_that_takes_connections_and_says_nothing_is_away(use, client, object_store):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        use(ObjectStorage(**object_store.options(endpoint_url=address)))
        assert not files_part(client)[0]["ok"]


def test_a_flood_of_questions_is_one_request_to_the_store(client, use, s3, monkeypatch):
    use(s3)
    asked = []
    monkeypatch.setattr(s3, "ask_briefly", lambda: asked.append(1), raising=False)
    for _ in range(20):
        assert files_part(client)[0]["ok"]
    assert len(asked) == 1

    monkeypatch.setattr(storage_health, "FRESH_SECONDS", 0.0)
    files_part(client)
    assert len(asked) == 2


def test_whoever_comes_while_the_store_is_asked_does_not_wait(use, s3, monkeypatch):
    use(s3)
    monkeypatch.setattr(storage_health, "FRESH_SECONDS", 0.0)
    asked = Asked()
    assert asked.answers() is True
    begun, may_end = Event(), Event()

    def hang():
        begun.set()
        may_end.wait()
        raise OSError

    monkeypatch.setattr(s3, "ask_briefly", hang, raising=False)
    other = Thread(target=asked.answers)
    other.start()
    begun.wait()
    assert asked.answers() is True, "the answer before"
    may_end.set()
    other.join()
    assert asked._answers is False
