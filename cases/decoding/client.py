"""The side that asks: starts the helper when first needed, and bounds how many files are decoded at once."""

from __future__ import annotations

import atexit
import contextlib
import json
import mmap
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from cases.decoding.job import Answer, Job
from cases.imaging.decoding import ImageFacts, damaged, over_budget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from cases.decoding.budget import Budget
    from cases.imaging.limits import Limits

_ROOT = Path(__file__).resolve().parents[2]
_GRACE_SECONDS = 10
_OVER_BUDGET = {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL}
"""The signals by which a child is ended that wanted too much; the last is what a host without memory sends."""
_CHANNELS = 3
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV")
"""What the helper gets of the environment: no key, no address of a database."""


class AllBusyError(RuntimeError):
    """Every place is taken and none became free in time; the file itself was not opened."""


class HelperLostError(RuntimeError):
    """The helper went away twice in a row, or does not answer: a fault of the host, never of the file."""


class DecodeHelper:
    """One helper process, started when it is first needed and again when it has gone; safe to use from many threads."""

    def __init__(self, *, at_once: int) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0
        atexit.register(self.close)

    def examine(self, file: IO[bytes], *, limits: Limits, budget: Budget, wait_seconds: float) -> ImageFacts:
        """As `cases.imaging.examine`, within `budget`; raises `Unprocessable` (`image_over_budget`) where it is over.

        Waits up to `wait_seconds` for a free place, then raises `AllBusyError`.
        """
        with self._place(wait_seconds), _readable(file) as content, _scratch() as unused:
            answer = self._ask(Job(limits, budget, wants_pixels=False), content, unused.fileno())
        if answer.facts is None:
            message = "The helper answered without facts."  # not translated
            raise HelperLostError(message)
        return answer.facts

    def load_rgb(self, file: IO[bytes], *, limits: Limits, budget: Budget, wait_seconds: float) -> NDArray[np.uint8]:
        """As `cases.imaging.load_rgb`, within `budget`; waits and raises as `examine` does."""
        with self._place(wait_seconds), _readable(file) as content, _scratch() as pixels:
            answer = self._ask(Job(limits, budget, wants_pixels=True), content, pixels.fileno())
            if answer.size is None:
                message = "The helper answered without pixels."  # not translated
                raise HelperLostError(message)
            height, width = answer.size
            # The array keeps the mapping, and the mapping keeps what the child wrote.
            mapped = mmap.mmap(pixels.fileno(), height * width * _CHANNELS, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, dtype=np.uint8).reshape(height, width, _CHANNELS)

    def close(self) -> None:
        """End the helper; the next file starts another."""
        with self._starting:
            self._end()

    @contextlib.contextmanager
    def _place(self, wait_seconds: float) -> Iterator[None]:
        if not self._places.acquire(timeout=wait_seconds):
            message = "No place to decode became free."  # not translated
            raise AllBusyError(message)
        try:
            yield
        finally:
            self._places.release()

    def _ask(self, job: Job, file: int, pixels: int) -> Answer:
        for _ in range(2):
            mine, theirs = socket.socketpair()
            with mine, theirs:
                mine.sendall(job.line())
                mine.settimeout(job.budget.wall_seconds + _GRACE_SECONDS)
                try:
                    self._hand_over([theirs.fileno(), file, pixels])
                    theirs.close()
                    line = _first_line(mine)
                except OSError:
                    line = b""
            if line:
                return _answer(line)
            # It went away, or was killed with everything it had in hand: a new one decides whether the file is why.
            self.close()
        message = "The helper that decodes images does not answer."  # not translated
        raise HelperLostError(message)

    def _hand_over(self, descriptors: list[int]) -> None:
        with self._starting:
            if self._owner != os.getpid() or self._process is None or self._process.poll() is not None:
                self._end()
                self._start()
            control = self._control
            if control is None:
                message = "The helper did not start."  # not translated
                raise HelperLostError(message)
            socket.send_fds(control, [b"j"], descriptors)

    def _start(self) -> None:
        mine, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        # A thread pool of a library would count as memory in every child.
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(_ROOT)}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-m", "cases.decoding.server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=environment,
                cwd=_ROOT,
            )
        self._control = mine
        self._owner = os.getpid()

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._owner != os.getpid():
            # A fork of the process that started it: not ours to wait for.
            self._process.returncode = 0
        elif self._process is not None:
            try:
                self._process.wait(timeout=_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None


def _first_line(reply: socket.socket) -> bytes:
    """The first whole line, or nothing where the other side ended without one."""
    with reply.makefile("rb") as lines:
        line = lines.readline()
    return line if line.endswith(b"\n") else b""


def _answer(line: bytes) -> Answer:
    ended = json.loads(line).get("ended")
    if ended is None:
        answer = Answer.of(line)
        if answer.refusal is not None:
            raise answer.refusal
        return answer
    if -ended in _OVER_BUDGET:
        raise over_budget()
    if ended < 0:
        # The decoder itself fell over the file.
        raise damaged()
    message = f"The child that decodes an image ended with {ended}; its trace is in the log."  # not translated
    raise HelperLostError(message)


@contextlib.contextmanager
def _scratch() -> Iterator[IO[bytes]]:
    """A file without a name, in memory where the system can."""
    with contextlib.ExitStack() as stack:
        if hasattr(os, "memfd_create"):
            yield stack.enter_context(os.fdopen(os.memfd_create("image"), "w+b"))
        else:
            yield stack.enter_context(tempfile.TemporaryFile())


@contextlib.contextmanager
def _readable(file: IO[bytes]) -> Iterator[int]:
    """A descriptor of the file, or of a copy where it lies in memory or elsewhere. A child reads it at places of its own.

    Never found by name: an upload is called what its sender wanted.
    """
    try:
        descriptor = file.fileno()
    except (OSError, AttributeError):
        file.seek(0)
        with _scratch() as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            yield copy.fileno()
        return
    file.flush()
    yield descriptor
