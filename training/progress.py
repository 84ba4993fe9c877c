"""A progress bar with the time left, on the error stream, so that the output of a command can still be piped."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def progress(items: Iterable[T], *, label: str, total: int | None = None, unit: str = "image") -> Iterator[T]:
    """Pass `items` through while a bar shows how many are done, the speed and the time left.

    Without a terminal (a log file, a task) the bar is printed every ten seconds instead of many times a second.
    """
    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    yield from tqdm(
        items,
        desc=label,
        total=total,
        unit=unit,
        file=sys.stderr,
        dynamic_ncols=terminal,
        mininterval=0.1 if terminal else 10.0,
        leave=True,
    )


def say(line: str) -> None:
    """Write one line for the person at the terminal, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
