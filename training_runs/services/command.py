"""One command of a training, run below this process: its output as it comes, stopped when asked."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

#: Lines kept for the page of a run.
LINES_KEPT = 60
#: What a progress bar shows of time: [00:39<00:00 or [00:39, whatever it counts.
_BAR = re.compile(r"\[\d+:\d\d(:\d\d)?[<,]")
#: Seconds between two looks at a running command.
LOOK_EVERY = 1.0
#: Seconds a command has to end by itself once it was asked to.
PATIENCE = 30.0


class Output:
    """The last lines a command wrote, filled by a thread while it runs."""

    def __init__(self, earlier: str = "") -> None:
        self._lines: deque[str] = deque(earlier.splitlines(), maxlen=LINES_KEPT)
        self._lock = threading.Lock()

    def add(self, line: str) -> None:
        """Keep a line; a progress bar's next state replaces the one before it."""
        line = line.rstrip()
        if not line:
            return
        with self._lock:
            if self._lines and _is_bar(line) and _is_bar(self._lines[-1]):
                self._lines.pop()
            self._lines.append(line)

    def text(self) -> str:
        """The kept lines."""
        with self._lock:
            return "\n".join(self._lines)

    def last_sentence(self) -> str:
        """The last line that is no progress bar: what a refused command says."""
        with self._lock:
            return next((line for line in reversed(self._lines) if not _is_bar(line)), "")


def run_command(
    command: list[str],
    *,
    output: Output,
    on_start: Callable[[int], object],
    on_look: Callable[[], bool],
) -> int:
    """Run a command of the project to its end and return its exit status.

    `on_start` gets its process id; `on_look` is called about every second and answers whether to go on: when it says
    no, the command is asked to end, then killed. Works below the platform's own priority where the system can.
    """
    nice = shutil.which("nice")
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [*([nice, "-n", "10"] if nice else []), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    pump = threading.Thread(target=_read, args=(process, output), name="training-output", daemon=True)
    pump.start()
    on_start(process.pid)
    try:
        while True:
            try:
                status = process.wait(timeout=LOOK_EVERY)
                break
            except subprocess.TimeoutExpired:
                if not on_look():
                    _end(process)
                    status = process.returncode
                    break
    finally:
        if process.poll() is None:
            _end(process)
        pump.join(timeout=PATIENCE)
    return status


def kill_orphan(pid: int, *, folder: Path) -> bool:
    """Kill the command a dead worker left running on this host; True when there was one.

    The process must still name the run's folder in its command line: process ids are used again.
    """
    try:
        command_line = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False
    if not pid or str(folder) not in command_line:
        return False
    os.kill(pid, signal.SIGKILL)
    return True


def _read(process: subprocess.Popen[str], output: Output) -> None:
    if process.stdout is not None:
        with process.stdout:
            for line in process.stdout:
                output.add(line)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _is_bar(line: str) -> bool:
    return _BAR.search(line) is not None
