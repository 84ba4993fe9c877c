"""What decoding one file may cost, and how a child is held to it."""

from __future__ import annotations

import resource
import signal
from dataclasses import dataclass
from pathlib import Path

_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one child: memory in bytes, processor time in whole seconds, and time by the clock in seconds."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float


def hold_to(budget: Budget, *, may_write_bytes: int) -> None:
    """Bind this process to `budget` for the rest of its life; a signal ends it where it goes over.

    Memory is counted from what is mapped already. `may_write_bytes` is the longest file it may write: the pixels.
    """
    # The signals' default action ends the process even inside a decoder that never comes back to Python.
    for number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, budget.wall_seconds)
    # Whatever ends it, the picture is not left on the disk as a core file.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (budget.cpu_seconds, budget.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (may_write_bytes, may_write_bytes))
    memory = _mapped_bytes() + budget.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _mapped_bytes() -> int:
    """What this process has mapped, bytes; where the system does not tell, the limit is the budget alone."""
    return int(_STATM.read_text().split()[0]) * resource.getpagesize() if _STATM.exists() else 0
