"""Which passwords are refused because their words are at hand here (OWASP ASVS 6.1.2, 6.2.11).

Who guesses at a clinic's accounts begins with the product, the name of the clinic and the words of the work, with a year behind.
A password may hold such words; what it is besides them has to be long enough.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accounts.models import Organisation

SHORTEST_WORD = 4
"""Letters; shorter words of a name are in too many others."""
# How letters are written as signs.
_SPELT = str.maketrans("013457@$!", "oieastasi")


class ContextWordsValidator:
    """Refuses a password with fewer than `least` letters and digits outside the words of the context.

    Those are `words`, and the words in the names of the person's organisation and its laboratory.
    """

    def __init__(self, words: Iterable[str], least: int = 8) -> None:
        self.words = frozenset(word.casefold() for word in words if word)
        self.least = least

    def validate(self, password: str, user: object = None) -> None:
        """Raise `ValidationError` with a sentence, or return."""
        words = self.words | set(_words_of(getattr(user, "organisation", None) if isinstance(user, User) else None))
        if _characters_outside(password.casefold(), words) < self.least:
            raise ValidationError(
                _(
                    "Beside words of this product, your organisation and your work, too little is left of this password."
                ),
                code="password_of_the_context",
            )

    def get_help_text(self) -> str:
        """Return what the forms say of it."""
        return _("Your password cannot be made of words of this product, your organisation or your work.")


def _words_of(organisation: Organisation | None) -> Iterator[str]:
    while organisation is not None:
        for word in re.findall(r"\w+", organisation.name.casefold()):
            if len(word) >= SHORTEST_WORD:
                yield word
        organisation = organisation.refers_to


def _characters_outside(password: str, words: Iterable[str]) -> int:
    """How many letters and digits of `password` belong to none of `words`, as it is or read with signs as letters."""
    free = [sign.isalnum() for sign in password]
    # Both spellings are as long as each other, so that places agree.
    for text in (password, password.translate(_SPELT)):
        for word in words:
            for found in re.finditer(f"(?={re.escape(word)})", text):
                free[found.start() : found.start() + len(word)] = [False] * len(word)
    return sum(free)
