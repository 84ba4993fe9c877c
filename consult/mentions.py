"""Whom a text mentions: `@` and a full name, as people are called in the laboratory."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User


def people_named(text: str, people: Iterable[User]) -> list[User]:
    """Return those of `people` whose full name follows an `@` in `text`, whatever its case and spacing.

    The longest name wins where one begins another: "@Ana Maria Lopez" is not also "Ana Maria".
    """
    by_length = sorted((each for each in people if each.full_name.strip()), key=lambda each: -len(each.full_name))
    found = []
    rest = text
    for person in by_length:
        words = r"\s+".join(re.escape(word) for word in person.full_name.split())
        pattern = re.compile(rf"(?<!\w)@{words}(?!\w)", re.IGNORECASE)
        rest, times = pattern.subn(" ", rest)
        if times:
            found.append(person)
    return found
