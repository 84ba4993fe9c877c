"""The languages people can have pages in, and in whose language a request is answered."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpRequest, HttpResponse


def language_names() -> list[tuple[str, str]]:
    """Return each language as its code and its name in itself."""
    return [(code, translation.get_language_info(code)["name_local"]) for code, _ in settings.LANGUAGES]


def script_words() -> str:
    """Return the file with the sentences of scripts in the language of the page; empty for the one they are written in."""
    code = translation.get_language() or settings.LANGUAGE_CODE
    return "" if code == settings.LANGUAGE_CODE else f"words/{code}.js"


def report_language_names() -> list[tuple[str, str]]:
    """Return the languages a report can be signed in: nothing in it is told in another."""
    return [(code, name) for code, name in language_names() if code in settings.WHOLE_LANGUAGES]


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Write what follows in a language: a person's own, a laboratory's. An empty or unknown code is the default."""
    known = code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(known):
        yield


class ChosenLanguage:
    """Answers a signed-in person in the language of their profile; without one the browser's holds.

    Runs behind authentication and behind `LocaleMiddleware`, which has read `Accept-Language` and says in the answer what
    became of it. An API token names nobody yet: programs are answered as their `Accept-Language` asks.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve in the person's language."""
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen  # type: ignore[attr-defined]
        return self.get_response(request)
