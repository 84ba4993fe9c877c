"""Finding a page of help by its words, in the language of the page."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.translation import get_language

from guide.help_pages import PAGES
from hematovision.languages import in_language

if TYPE_CHECKING:
    from guide.help_pages import HelpPage

# What a word is worth by where it stands.
_IN_TITLE, _IN_HEADING, _IN_TEXT = 8, 4, 1
_MOST_IN_TEXT = 3
_MOST_WORDS = 12
# Shorter words are left out beside longer ones, and alone stand for themselves, not for what begins with them.
_SHORTEST_BEGINNING = 3
_BLOCKS = frozenset({"li", "p", "td", "dd"})


@dataclass(frozen=True, slots=True)
class Found:
    """A page that was found, and the sentence of it that says why."""

    page: HelpPage
    excerpt: str


@dataclass(frozen=True, slots=True)
class _Text:
    """The words of one page in one language, apart by what they weigh."""

    title: tuple[str, ...]
    headings: tuple[str, ...]
    body: tuple[str, ...]
    blocks: tuple[str, ...]


def find_help(asked: str) -> list[Found]:
    """The pages with every word of `asked`, best first by where these stand; without one, those with most of the words.

    A word of a page counts when it is the word that is asked for or begins with it; accents and capitals do not matter.
    """
    wanted = _wanted(asked)
    language = get_language() or ""
    ranked = []
    for number, page in enumerate(PAGES):
        text = _text_of(page, language)
        scores = [_score(word, text) for word in wanted]
        if any(scores):
            missing = sum(score == 0 for score in scores)
            ranked.append((missing, -sum(scores), number, Found(page, _excerpt(wanted, text, page))))
    ranked.sort(key=lambda each: each[:3])
    with_all = [found for missing, *_, found in ranked if not missing]
    return with_all or [found for *_, found in ranked]


def _wanted(asked: str) -> list[str]:
    words = _words(asked)
    long = [word for word in words if len(word) >= _SHORTEST_BEGINNING]
    return list(dict.fromkeys(_stem(word) for word in long or words))[:_MOST_WORDS]


def _matches(word: str, each: str) -> bool:
    return each == word or (len(word) >= _SHORTEST_BEGINNING and each.startswith(word))


def _score(word: str, text: _Text) -> int:
    in_title = any(_matches(word, each) for each in text.title)
    in_heading = any(_matches(word, each) for each in text.headings)
    times = sum(_matches(word, each) for each in text.body)
    return _IN_TITLE * in_title + _IN_HEADING * in_heading + _IN_TEXT * min(times, _MOST_IN_TEXT)


def _excerpt(wanted: list[str], text: _Text, page: HelpPage) -> str:
    """The block with most of the words; the summary where they stand in headings alone."""
    best, most = str(page.summary), 0
    for block in text.blocks:
        words = _words(block)
        number = sum(any(_matches(word, each) for each in words) for word in wanted)
        if number > most:
            best, most = block, number
    return best


@lru_cache(maxsize=256)
def _text_of(page: HelpPage, language: str) -> _Text:
    """Read a page once a process and language: the text changes with the program alone."""
    parser = _Parts()
    with in_language(language):
        parser.feed(render_to_string(page.template))
        title, summary = str(page.title), str(page.summary)
    return _Text(
        title=tuple(_words(title)),
        headings=tuple(_words(" ".join([summary, *parser.headings]))),
        body=tuple(_words(" ".join(parser.blocks))),
        blocks=tuple(parser.blocks),
    )


class _Parts(HTMLParser):
    """The headings and the blocks of a page, as text."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.blocks: list[str] = []
        self._open: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a heading or a block."""
        if tag == "h2" or tag in _BLOCKS:
            self._open = []

    def handle_data(self, data: str) -> None:
        """Take the words in."""
        if self._open is not None:
            self._open.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Keep what was begun."""
        if self._open is not None and (tag == "h2" or tag in _BLOCKS):
            (self.headings if tag == "h2" else self.blocks).append(" ".join("".join(self._open).split()))
            self._open = None


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each)))


def _stem(word: str) -> str:
    """Let a plural find the singular: the last s does not count."""
    return word.removesuffix("s") if len(word) > 3 else word
