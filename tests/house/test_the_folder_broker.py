"""Processes that share a folder as their broker never see half a file of another."""

import errno
import os
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from structlog.testing import capture_logs

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


def message(body, rank=0):
    return {"body": body, "properties": {"delivery_tag": "a-tag", "priority": rank}}


def test_a_message_is_taken_whole_or_not_at_all(process, monkeypatch):
    web, worker = process(), process()
    replace = os.replace

    def looking_first(draft, message):
        with pytest.raises(Empty):
            worker._get("default")
        replace(draft, message)

    monkeypatch.setattr(os, "replace", looking_first)
    web._put("default", message("one"))

    assert worker._get("default") == message("one")
    with pytest.raises(Empty):
        worker._get("default")


def test_messages_are_taken_in_the_order_they_came(process, monkeypatch):
    ticks = iter((1.0, 2.0, 3.0))
    monkeypatch.setattr("hematovision.folder_broker.monotonic", lambda: next(ticks))
    web, worker = process(), process()
    for number in range(3):
        web._put("default", message(number))

    assert [worker._get("default")["body"] for _ in range(3)] == [0, 1, 2]


def test_messages_of_a_lower_rank_are_taken_first(process):
    web, worker = process(), process()
    for rank in (6, 0, 3, 6, 0):
        web._put("default", message("one", rank))

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


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"body": "cut sh', b"\xff\xfe\x00", b"[]", b"5", b"null", b"{}", b'{"properties": []}', b"\0" * 512],
)
def test_what_is_no_message_is_put_aside_and_the_next_one_taken(process, tmp_path, content):
    worker = process()
    (tmp_path / "0_broken.default.msg").write_bytes(content)
    process()._put("default", message("whole", rank=3))

    with capture_logs() as logs:
        assert worker._get("default")["body"] == "whole"

    assert (tmp_path / "unreadable" / "0_broken.default.msg").read_bytes() == content
    assert [(line["event"], line["byte_size"]) for line in logs] == [("message_put_aside", len(content))]
    with pytest.raises(Empty):
        worker._get("default")


def test_a_message_that_found_no_room_leaves_nothing(process, tmp_path, monkeypatch):
    def full(_file):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        process()._put("default", message("one"))
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_message_is_given_to_one_of_the_workers_that_want_it(process, monkeypatch):
    one, two = process(), process()
    one._put("default", message("wanted"))
    read = Path.read_bytes

    def beaten(file):
        content = read(file)
        monkeypatch.setattr(Path, "read_bytes", read)
        assert two._get("default") == message("wanted")
        return content

    monkeypatch.setattr(Path, "read_bytes", beaten)
    with pytest.raises(Empty):
        one._get("default")
