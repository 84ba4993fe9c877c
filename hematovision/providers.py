"""What an app asks that only an app above it can answer: declared below with a default, answered once from above.

Imports point down. Where a lower app needs to know something that only an upper one knows, it declares the question in
its own `providers.py` as a function whose body is the answer while nobody has a better one:

    @Provider
    def signed_report_address(case: Case, form: str) -> str:
        "The address of the signed report of `case`; empty while there is none."
        return ""

The upper app answers it in `AppConfig.ready`: `signed_report_address.register(selectors.signed_report_address)`.
Things that merely happened are signals, which have many listeners and no answer.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import update_wrapper
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
R = TypeVar("R")


class Provider(Generic[P, R]):
    """A question with a default, called like the function that it decorates.

    One app answers it. A second, different answer is a mistake of wiring and raises `ImproperlyConfigured` at start;
    the same answer again does nothing, because Django may call `ready` twice.
    """

    def __init__(self, default: Callable[P, R]) -> None:
        self._default = default
        self._answer = default
        update_wrapper(self, default)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Ask: return what the registered answer, or else the default, returns."""
        return self._answer(*args, **kwargs)

    @property
    def is_answered(self) -> bool:
        """Whether an app answers it, rather than the default."""
        return self._answer is not self._default

    def register(self, answer: Callable[P, R]) -> None:
        """Take `answer` for good; raises `ImproperlyConfigured` where another one stands."""
        if self._answer not in {self._default, answer}:
            raise ImproperlyConfigured(
                f"{_name(self._default)} is answered by {_name(self._answer)}; {_name(answer)} cannot answer it too."
            )
        self._answer = answer

    @contextmanager
    def replaced(self, answer: Callable[P, R] | None = None) -> Iterator[None]:
        """Answer with `answer`, or with the default, inside the block: for tests of what stands below."""
        standing = self._answer
        self._answer = answer or self._default
        try:
            yield
        finally:
            self._answer = standing


def _name(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
