"""Processes that share a folder as their broker never see half a file of another."""

import os
from queue import Empty

import pytest
from kombu import Connection

from hematovision.celery import app


@pytest.fixture
def process(tmp_path):
    """Return a function that opens the folder as another process does."""
    options = {
        "data_folder_in": str(tmp_path),
        "data_folder_out": str(tmp_path),
        "control_folder": str(tmp_path / "control"),
    }
    (tmp_path / "control").mkdir()
    assert app is not None, "what folder:// means is known once the app is"
    return lambda: Connection("folder://", transport_options=options).channel()


def test_a_message_is_taken_whole_or_not_at_all(process, monkeypatch):
    web, worker = process(), process()
    replace = os.replace

    def looking_first(draft, message):
        with pytest.raises(Empty):
            worker._get("default")
        replace(draft, message)

    monkeypatch.setattr(os, "replace", looking_first)
    web._put("default", {"body": "one"})

    assert worker._get("default") == {"body": "one"}
    with pytest.raises(Empty):
        worker._get("default")


def test_messages_are_taken_in_the_order_they_came(process, monkeypatch):
    ticks = iter((1.0, 2.0, 3.0))
    monkeypatch.setattr("hematovision.folder_broker.monotonic", lambda: next(ticks))
    web, worker = process(), process()
    for number in range(3):
        web._put("default", {"number": number})

    assert [worker._get("default")["number"] for _ in range(3)] == [0, 1, 2]


def test_messages_of_a_lower_rank_are_taken_first(process):
    web, worker = process(), process()
    for rank in (6, 0, 3, 6, 0):
        web._put("default", {"properties": {"priority": rank}})

    taken = [worker._get("default")["properties"]["priority"] for _ in range(5)]
    assert taken == [0, 0, 3, 6, 6]


def test_processes_that_start_together_bind_their_queues_to_one_table(process, monkeypatch):
    web, worker = process(), process()
    link = os.link

    def beaten(draft, table):
        monkeypatch.setattr(os, "link", link)
        assert web.get_table("default") == []
        web._queue_bind("default", "default", "", "default")
        link(draft, table)

    monkeypatch.setattr(os, "link", beaten)
    worker._queue_bind("default", "inference", "", "inference")

    assert {row.queue for row in web.get_table("default")} == {"default", "inference"}
    assert sorted(path.name for path in web.control_folder.iterdir()) == ["default.exchange"]
