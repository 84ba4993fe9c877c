"""/readyz answers 503 and names the part that fails; 200 when a smear would come back classified."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from classifier.models import ModelVersion, WorkerHeartbeat
from hematovision import health
from integrations.models import ConnectionKind, Direction, ListenerHeartbeat, Message, MessageState
from tests.factories.connections import a_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def active_model():
    return ModelVersion.objects.create(
        name="resnet50",
        version="9.9",
        directory="none",
        card={},
        card_sha256="0" * 64,
        state="active",
        promoted_at=timezone.now(),
        evaluation={"n": 1},
        reason="A test",
    )


@pytest.fixture
def live_worker(active_model):
    now = timezone.now()
    return WorkerHeartbeat.objects.create(
        worker="worker@here", queue="inference", engine="onnx", started_at=now, seen_at=now, model_version=active_model
    )


def ask():
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["parts"]


def test_ready_with_everything_in_place(active_model, live_worker):
    status, parts = ask()
    assert status == 200, parts
    assert {name: part["ok"] for name, part in parts.items()} == {
        "database": True,
        "broker": True,
        "worker": True,
        "model": True,
        "disk": True,
        "files": True,
        "lis": True,
    }


def test_a_receiver_that_is_away_is_told_and_fails_nothing(active_model, live_worker, central, ines):
    connection = a_connection(central, ines)
    Message.objects.create(
        connection=connection,
        direction=Direction.OUT,
        sha256="0" * 64,
        size=0,
        state=MessageState.QUEUED,
        created_at=timezone.now() - timedelta(hours=1),
    )
    status, parts = ask()
    assert status == 200
    assert parts["lis"] == {"ok": False, "detail": "Of 1 connections 1 are late; 0 messages wait for a person."}


def test_an_incoming_connection_without_a_listener_is_told(active_model, live_worker, central, ines):
    connection = a_connection(central, ines, ConnectionKind.MLLP_IN)
    # What we refused of another system waits for that system.
    Message.objects.create(
        connection=connection,
        direction=Direction.IN,
        sha256="0" * 64,
        size=0,
        state=MessageState.REFUSED,
        sentence="No.",
    )
    assert not ask()[1]["lis"]["ok"]
    now = timezone.now()
    ListenerHeartbeat.objects.create(listener="lis@here", started_at=now, seen_at=now)
    status, parts = ask()
    assert status == 200
    assert parts["lis"] == {"ok": True, "detail": "1 connections, nothing late"}


def test_no_worker(active_model):
    status, parts = ask()
    assert status == 503
    assert not parts["worker"]["ok"]
    assert parts["model"]["ok"]


def test_a_worker_that_went_silent(active_model, live_worker):
    live_worker.seen_at = timezone.now() - timedelta(hours=1)
    live_worker.save()
    status, parts = ask()
    assert status == 503
    assert "No worker" in parts["worker"]["detail"]


def test_a_worker_that_reports_a_problem(active_model, live_worker):
    live_worker.problem = "The model file model.int8.onnx was altered."
    live_worker.save()
    status, parts = ask()
    assert status == 503
    assert parts["worker"]["detail"] == "The model file model.int8.onnx was altered."


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("The model in /srv/hv/model_store/resnet50-2.1.1 was altered.", "The model in resnet50-2.1.1 was altered."),
        ("[Errno 2] No such file: '/opt/x/card.json'", "[Errno 2] No such file: 'card.json'"),
        ("On and/or off, 3/4 of it.", "On and/or off, 3/4 of it."),
    ],
)
def test_where_files_lie_is_nobodys_business(active_model, live_worker, said, shown):
    live_worker.problem = said
    live_worker.save()
    _, parts = ask()
    assert parts["worker"]["detail"] == shown


def test_a_worker_still_loading(active_model, live_worker):
    live_worker.model_version = None
    live_worker.save()
    status, parts = ask()
    assert status == 503
    assert "not loaded its model yet" in parts["worker"]["detail"]


def test_no_active_model(active_model, live_worker):
    active_model.state = "retired"
    active_model.save()
    status, parts = ask()
    assert status == 503
    assert "No model version is active" in parts["model"]["detail"]


def test_a_broker_that_is_away_without_its_password(active_model, live_worker, monkeypatch):
    def refuse(**_options):
        raise OperationalError("Error 111 connecting to redis://:swordfish@broker:6379")

    monkeypatch.setattr(health.app, "connection_for_write", refuse)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["broker"] == {"ok": False, "detail": "The task broker does not answer."}
    assert "swordfish" not in answer.content.decode()


def test_a_database_that_is_away_without_its_address(active_model, live_worker, monkeypatch):
    class Away:
        vendor = "postgresql"

        def cursor(self):
            raise DatabaseError("could not connect to host secret-host")

    monkeypatch.setattr(health, "connection", Away())
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert not answer.json()["parts"]["database"]["ok"]
    assert "secret-host" not in answer.content.decode()


def test_livez_needs_nothing():
    assert Client().get("/livez").json() == {"status": "ok"}
