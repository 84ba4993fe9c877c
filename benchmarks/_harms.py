"""The harm that benchmarks/faults.py does: to workers, broker, database and disk. Each says whether it could be done now."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
WORKERS = ("one", "two")
DONE_BEFORE = 4
"""Images that a worker does before it is killed: ten for each kill are sent."""
DISK_FULL_SECONDS = 20.0
TMPFS_SIZE = "6g"


def be_celery(arguments: list[str], log: Path) -> None:
    """Be one of Celery's processes: here and not in the module that imports everything, which is imported once."""
    from benchmarks._worker import start

    start(arguments, log)


class Workers:
    """Two workers and the sweeper's clock as processes; whatever ends by itself is started again, as a supervisor does."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.random = random.Random(1)
        self.ended_by_themselves = 0
        self.killed_at_work = 0
        self.forks = multiprocessing.get_context("forkserver")
        self.forks.set_forkserver_preload(["benchmarks._worker"])
        self.running = {name: self._start(name) for name in (*WORKERS, "beat")}

    def _start(self, name: str) -> ForkServerProcess:
        worker = ["worker", "--pool", "threads", "--concurrency", "2", "--queues", "inference,default"]
        worker += ["--without-gossip", "--without-mingle", "--hostname", f"{name}@faults", "--loglevel", "WARNING"]
        command = ["beat", "--pidfile=", "--loglevel", "WARNING"] if name == "beat" else worker
        process = self.forks.Process(target=be_celery, args=(command, self.log))
        process.start()
        return process

    def tend(self) -> None:
        """Start again what ended by itself."""
        for name, process in self.running.items():
            if not process.is_alive():
                self.ended_by_themselves += 1
                self.running[name] = self._start(name)

    def kill_one(self) -> bool:
        """Kill a worker as the kernel does when memory is short, and start it again.

        One that has done some images and has another in hand: False where none has, while images still wait; a moment later, so
        that it is anywhere in its work.
        """
        at_work = self._at_work()
        if not at_work and unfinished():
            return False
        time.sleep(self.random.uniform(0, 0.3))
        # Sorted, so that the same choices are made in every run.
        name = self.random.choice(sorted(at_work) or WORKERS)
        self.killed_at_work += bool(at_work)
        self.running[name].kill()
        self.running[name].join()
        self.running[name] = self._start(name)
        return True

    def _at_work(self) -> set[str]:
        """The workers that have an image in hand now, and have done some before."""
        from classifier.models import Analysis

        ours = {f"{name}@faults/{self.running[name].pid}": name for name in WORKERS}
        held = Analysis.objects.filter(state="running", worker__in=ours).values_list("worker", flat=True)
        done = Analysis.objects.filter(state="done", worker__in=ours).values_list("worker", flat=True)
        often = Counter(done)
        return {ours[worker] for worker in held if often[worker] >= DONE_BEFORE}

    def end(self) -> None:
        """Kill all of them."""
        for process in self.running.values():
            process.kill()
            process.join()


class Disk:
    """The folder of all files on a disk of its own, which can be made full; for root, who alone may mount."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.full_until = 0.0
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS_SIZE}", "none", str(folder)], check=True)  # noqa: S603, S607

    def fill(self) -> bool:
        """Leave no room for some seconds, counted by `tend`."""
        # Refused where somebody has written a page meanwhile.
        while self._resize(str(shutil.disk_usage(self.folder).used)):
            pass
        self.full_until = time.monotonic() + DISK_FULL_SECONDS
        return True

    def tend(self) -> None:
        """Make room again when it is time."""
        if self.full_until and time.monotonic() > self.full_until:
            self.full_until = 0.0
            self._resize(TMPFS_SIZE)

    def end(self) -> None:
        """Unmount it, whoever still has a file of it open."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)  # noqa: S603, S607

    def _resize(self, size: str) -> int:
        command = ["mount", "-o", f"remount,size={size}", str(self.folder)]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode  # noqa: S603


def unfinished() -> int:
    """How many images still wait for their analysis."""
    from cases.models import SmearImage

    return SmearImage.objects.unfinished().count()


def empty_broker() -> bool:
    """Take everything the broker has, as one does that lost its memory; a Redis started for this run is restarted."""
    from celery import current_app
    from django.conf import settings

    if "STARTED_REDIS" in os.environ:
        _restart_redis(Path(os.environ["STARTED_REDIS"]))
    elif settings.REDIS_URL:
        with current_app.connection_for_read() as broker:
            broker.default_channel.client.flushdb()
    else:
        for message in Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]).glob("*.msg"):
            message.unlink(missing_ok=True)
    return True


def break_connections() -> bool:
    """Break every connection to PostgreSQL: restart it where it was started for this run. SQLite has none."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return True
    if "STARTED_POSTGRES" in os.environ:
        # The sender's own is to break too.
        connection.ensure_connection()
        _restart_postgres(Path(os.environ["STARTED_POSTGRES"]))
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    return True


def _restart_redis(configuration: Path) -> None:
    """Kill it and start it again, empty: it keeps nothing on the disk."""
    from django.conf import settings

    os.kill(int(configuration.with_name("redis.pid").read_text()), signal.SIGKILL)
    where = urlsplit(settings.REDIS_URL)
    while _answers(str(where.hostname), int(where.port or 6379)):
        time.sleep(0.02)
    subprocess.run(["redis-server", str(configuration), "--daemonize", "yes"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=3).close()
    except OSError:
        return False
    return True


def _restart_postgres(folder: Path) -> None:
    server = Path("/proc") / (folder / "postmaster.pid").read_text().split()[0] / "exe"
    control = str(server.resolve().with_name("pg_ctl"))
    as_owner = ["runuser", "-u", folder.owner(), "--"] if os.geteuid() == 0 else []
    restart = [control, "-D", str(folder), "-m", "fast", "-w", "-s", "-l", str(folder / "log"), "restart"]
    subprocess.run([*as_owner, *restart], cwd="/", check=True)  # noqa: S603
