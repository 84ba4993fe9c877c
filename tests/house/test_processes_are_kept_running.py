"""What `make run` starts is started again when it ends, and stops in time, whatever becomes of its log."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from deploy import processes
from deploy.processes import Process, parse_procfile

PATIENCE = 120  # seconds a busy machine may need; a sound one needs one

KEEP = """
import sys
from deploy.processes import Processes
Processes(dict([pair.split("=", 1) for pair in sys.argv[2:]]), stop_seconds=float(sys.argv[1]), first_pause=0.0).run()
"""


@pytest.fixture
def keep():
    """Keep commands running in a process of their own; returns it."""
    started = []

    def start(*commands, stop_seconds=PATIENCE, stdout=subprocess.PIPE):
        command = [sys.executable, "-c", KEEP, str(stop_seconds), *commands]
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=stdout, text=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        if process.stdout:
            process.stdout.close()


def read_until(process, words):
    for line in process.stdout:
        if words in line:
            return line
    return pytest.fail(f"The output ended before {words!r}.")


def test_a_process_that_ends_is_started_again(keep, tmp_path):
    ran = tmp_path / "ran"
    kept = keep(
        f"worker=sh -c 'echo once >> {ran}; test $(wc -l < {ran}) -ge 3 && echo steady && cat /dev/zero > /dev/null'"
    )
    read_until(kept, "ended with status 1")
    read_until(kept, "worker   | steady")
    kept.send_signal(signal.SIGINT)
    assert kept.wait(PATIENCE) == 0
    assert ran.read_text() == "once\n" * 3


def test_the_end_of_one_leaves_the_others_alone(keep):
    kept = keep("web=sh -c 'echo up; exec cat /dev/zero > /dev/null'", "worker=false")
    for _ in range(3):
        read_until(kept, "worker   | ended")
    kept.send_signal(signal.SIGTERM)
    rest = kept.stdout.read()
    assert kept.wait(PATIENCE) == 0
    assert "web      | ended" not in rest


def test_what_does_not_listen_is_killed(keep):
    kept = keep("web=sh -c 'trap \"\" TERM; echo deaf; while :; do cat /dev/zero > /dev/null; done'", stop_seconds=0.2)
    read_until(kept, "deaf")
    kept.send_signal(signal.SIGTERM)
    assert "web did not stop in time and is killed." in kept.stdout.read()
    assert kept.wait(PATIENCE) == 0


def test_a_second_signal_waits_for_nothing(keep):
    kept = keep("web=sh -c 'trap \"\" TERM; echo deaf; while :; do cat /dev/zero > /dev/null; done'")
    read_until(kept, "deaf")
    kept.send_signal(signal.SIGTERM)
    kept.send_signal(signal.SIGINT)
    assert "killed" in kept.stdout.read()
    assert kept.wait(PATIENCE) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_though_its_log_lies_on_a_full_disk(keep, tmp_path, number):
    up = tmp_path / "up"
    os.mkfifo(up)
    with Path("/dev/full").open("w") as full:
        kept = keep(f"web=sh -c 'yes a long log & echo up > {up}; wait'", stdout=full)
    with up.open() as said:
        assert said.read() == "up\n"
    kept.send_signal(number)
    assert kept.wait(PATIENCE) == 0


def test_it_stops_though_nobody_reads_its_log_any_more(keep):
    kept = keep("web=sh -c 'yes a long log'")
    read_until(kept, "a long log")
    kept.stdout.close()
    kept.stdout = None
    kept.send_signal(signal.SIGTERM)
    assert kept.wait(PATIENCE) == 0


def test_pauses_grow_and_start_over_after_a_steady_run(monkeypatch, capfd):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    process = Process("worker", "false", first_pause=1.0)

    def pause_after(seconds_of_life):
        process.look_after()
        process._running.wait(PATIENCE)
        now[0] += seconds_of_life
        process.look_after()
        pause = process._start_at - now[0]
        now[0] += pause
        return pause

    assert [pause_after(1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert pause_after(processes.STEADY_SECONDS) == 1


def test_a_procfile_names_commands():
    text = "# all of it\nweb: gunicorn site:app --bind [::]:8000\n\nworker: celery worker\n"
    assert parse_procfile(text) == {"web": "gunicorn site:app --bind [::]:8000", "worker": "celery worker"}
