"""A waiting row is announced after its transaction; a broker that is away costs time and nothing else."""

import uuid

import pytest
from celery.exceptions import OperationalError
from django.db import transaction
from structlog.testing import capture_logs

from hematovision.celery import app, hint, hint_on_commit

EXPLAIN = "classifier.tasks.explain_cell"
KEY = uuid.UUID("0b0f5c1e-6a52-4c3a-9d0c-2f1f1f3f0a11")


@pytest.fixture
def sent(monkeypatch):
    """What the broker was given: (task, arguments, queue)."""
    taken = []
    monkeypatch.setattr(app, "send_task", lambda name, args, queue, **_: taken.append((name, args, queue)))
    return taken


@pytest.fixture
def broker_is_away(monkeypatch):
    """Every message is refused, as by a broker that nobody can reach."""

    def away(*_args, **_kwargs):
        raise OperationalError("redis://:swordfish@broker:6379 refused")

    monkeypatch.setattr(app, "send_task", away)


def test_a_hint_names_the_task_its_key_and_the_queue_of_its_decorator(sent):
    assert hint(EXPLAIN, KEY) is True
    assert hint("training_runs.tasks.run_training") is True
    assert sent == [(EXPLAIN, [str(KEY)], "inference"), ("training_runs.tasks.run_training", [], "training")]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_before_the_row_is_there(sent):
    with transaction.atomic():
        hint_on_commit(EXPLAIN, KEY)
        assert sent == []
    assert [name for name, _, _ in sent] == [EXPLAIN]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_of_a_row_that_was_rolled_back(sent):
    with transaction.atomic():
        hint_on_commit(EXPLAIN, KEY)
        transaction.set_rollback(True)
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_logged_without_its_address_and_fails_nobody(broker_is_away):
    with capture_logs() as logs, transaction.atomic():
        hint_on_commit(EXPLAIN, KEY)
    (line,) = logs
    assert (line["event"], line["log_level"], line["task"], line["keys"]) == (
        "task_not_sent",
        "warning",
        EXPLAIN,
        [str(KEY)],
    )
    assert "swordfish" not in str(line)


def test_whoever_may_stop_asking_is_told_that_the_broker_is_away(broker_is_away):
    assert hint(EXPLAIN, KEY) is False


@pytest.mark.parametrize("name", ["classifier.tasks.no_such_task", "classifier.no_such_module.task"])
def test_a_task_that_does_not_exist_is_a_defect(sent, name):
    with pytest.raises((KeyError, ModuleNotFoundError)):
        hint(name, KEY)
    assert sent == []
