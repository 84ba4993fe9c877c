"""The classes that a set offers as answers, with the keys that answer with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from education.teaching_classes import TeachingClass, classes_asked
from education.words import name_of
from review.key_map import keys_of

if TYPE_CHECKING:
    from accounts.models import User
    from education.models import TeachingSet


@dataclass(frozen=True, slots=True)
class Choice:
    """One class to answer with. `keys` are named as in the review; the first is shown."""

    teaching_class: TeachingClass
    name: str
    keys: tuple[str, ...]

    @property
    def keys_for_script(self) -> str:
        """The keys, one a line: the space bar is a key too."""
        return "\n".join(self.keys)


def choices_of(teaching_set: TeachingSet, user: User) -> list[Choice]:
    """The classes of a set. Those of the laboratory have the keys that `user` has for them in the review.

    A key that `user` gave to one of these classes is not the key of a finer class as well.
    """
    classes = classes_asked(teaching_set.classes, finer=teaching_set.finer)
    commands = keys_of(user)
    theirs = {each.code: commands.get(f"label.{each.code}", []) for each in classes}
    taken = {key for keys in theirs.values() for key in keys}
    return [
        Choice(
            each,
            name_of(each.code),
            tuple(theirs[each.code] or [key for key in [each.key] if key and key not in taken]),
        )
        for each in classes
    ]
