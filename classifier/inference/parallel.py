"""Reading and detecting beside the network: a few images ahead, never a whole folder in memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def ahead(pool: Executor, work: Callable[[Item], Answer], items: Iterable[Item], *, depth: int) -> Iterator[Answer]:
    """`work` of every item, in order, with at most `depth` of them begun before they are asked for.

    What `work` raises comes out at its place; the rest is then not begun.
    """
    begun: deque[Future[Answer]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) >= depth:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for future in begun:
            future.cancel()
