"""Keep processes running, start again what ended, stop all of them in time.

Nothing here waits for its own log: what cannot be written, because the disk is full or nobody listens any more, is dropped.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping

TICK_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
# A process that has run this long and ends is started again at once, as if it had never ended before.
STEADY_SECONDS = 60.0


def parse_procfile(text: str) -> dict[str, str]:
    """The commands of a Procfile by their names: lines of `name: command`, comments and empty ones left out."""
    lines = (line.partition(":") for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {name.strip(): command.strip() for name, _, command in lines}


def say(line: str) -> None:
    """Write one line to the standard output; drop it where that fails."""
    # Past Python's buffer: it would keep what a full disk refused, and fail again at the end.
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), f"{line}\n".encode())


class Process:
    """One command that is kept running, in a process group of its own, its output handed on line by line."""

    def __init__(self, name: str, command: str, *, first_pause: float) -> None:
        self.name = name
        self.command = command
        self.first_pause = first_pause
        self._pause = 0.0
        self._start_at = 0.0
        self._started_at = 0.0
        self._running: subprocess.Popen[bytes] | None = None

    def look_after(self) -> None:
        """Start it when it does not run and its pause is over; notice when it has ended."""
        now = time.monotonic()
        if self._running is None:
            if now >= self._start_at:
                self._start(now)
            return
        status = self._running.poll()
        if status is None:
            return
        # What it leaves behind holds its port.
        self.signal(signal.SIGKILL)
        self._running = None
        if now - self._started_at >= STEADY_SECONDS:
            self._pause = 0.0
        self._pause = min(max(2 * self._pause, self.first_pause), LONGEST_PAUSE_SECONDS)
        self._start_at = now + self._pause
        self._say(f"ended with status {status}; it is started again in {self._pause:g} s")

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._running is not None and self._running.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to all that it started."""
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._running.pid, number)

    def _start(self, now: float) -> None:
        # `exec`: the signal reaches the process itself, not a shell around it.
        self._running = subprocess.Popen(  # noqa: S602 - the Procfile is ours
            f"exec {self.command}",
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started_at = now
        self._say(f"started (pid={self._running.pid})")
        threading.Thread(target=self._hand_on, args=(self._running,), daemon=True).start()

    def _hand_on(self, running: subprocess.Popen[bytes]) -> None:
        if running.stdout is None:
            return
        with running.stdout as output:
            for line in output:
                self._say(line.decode(errors="replace").rstrip("\n"))

    def _say(self, text: str) -> None:
        say(f"{time.strftime('%H:%M:%S')} {self.name:<8} | {text}")


class Processes:
    """Commands by their names, kept running until told to stop."""

    def __init__(
        self, commands: Mapping[str, str], *, stop_seconds: float, first_pause: float = FIRST_PAUSE_SECONDS
    ) -> None:
        self._kept = [Process(name, command, first_pause=first_pause) for name, command in commands.items()]
        self._stop_seconds = stop_seconds
        self._asked_to_stop = 0

    def stop(self) -> None:
        """Ask for the end; asked a second time, whatever still runs is killed at once."""
        # A number and no lock: a signal may come while the main thread holds any lock there is.
        self._asked_to_stop += 1

    def run(self) -> None:
        """Keep everything running until SIGINT, SIGTERM or `stop`; return when all of it has ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop())
        while not self._asked_to_stop:
            for process in self._kept:
                process.look_after()
            time.sleep(TICK_SECONDS)
        self._end()

    def _end(self) -> None:
        for process in self._kept:
            process.signal(signal.SIGTERM)
        deadline = time.monotonic() + self._stop_seconds
        while any(self._running()) and time.monotonic() < deadline and self._asked_to_stop == 1:
            time.sleep(TICK_SECONDS)
        for process in self._running():
            say(f"{process.name} did not stop in time and is killed.")
        for process in self._kept:
            process.signal(signal.SIGKILL)
        while any(self._running()):
            time.sleep(TICK_SECONDS)

    def _running(self) -> Iterator[Process]:
        return (process for process in self._kept if process.is_running)
