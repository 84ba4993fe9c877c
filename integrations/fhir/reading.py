"""Reading resources that were sent: element by element, each known or refused by its name, everything wrong at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a code of FHIR's issue types, its place as FHIRPath, a sentence without a patient's data."""

    code: str
    where: str
    sentence: str


class RefusedResourceError(ValueError):
    """What was sent is not taken; `problems` says all of why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{one.where}: {one.sentence}" for one in problems))
        self.problems = problems


class Element:
    """An object of the JSON that was sent, at the place `where`.

    Each member that is asked for is known; `close` refuses the others. Nothing is raised here: what is wrong is added to
    `problems`, and the value is then an empty one.
    """

    def __init__(self, data: Any, where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems
        self._known: set[str] = set()
        self._data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.refuse("structure", "This has to be a JSON object.")

    def refuse(self, code: str, sentence: str, name: str = "") -> None:
        """Note what is wrong with the element, or with the member `name` of it."""
        self.problems.append(Problem(code, f"{self.where}.{name}" if name else self.where, sentence))

    def has(self, name: str) -> bool:
        """Whether the member was sent."""
        self._known.add(name)
        return name in self._data

    def skip(self, *names: str) -> list[str]:
        """Let members pass that are no content of ours; returns those that were sent."""
        return [name for name in names if self.has(name)]

    def text(self, name: str, *, required: bool = False, most: int = 2000) -> str:
        """Return a text without blanks around it; empty where it was not sent."""
        if not self._sent(name, required=required):
            return ""
        value = self._data[name]
        if not isinstance(value, str) or not value.strip():
            self.refuse("structure", "This has to be a text that is not empty.", name)
            return ""
        if "\x00" in value:
            self.refuse("value", "Null characters are not allowed.", name)
            return ""
        if len(value.strip()) > most:
            self.refuse("too-long", f"This may have {most} characters.", name)
            return ""
        return value.strip()

    def code(self, name: str, allowed: Mapping[str, str], *, default: str = "") -> str:
        """Return what `allowed` says for the code, `default` where none was sent; required without a default."""
        if not self._sent(name, required=not default):
            return default
        value = self._data[name]
        if not isinstance(value, str) or value not in allowed:
            self.refuse("code-invalid", f"Taken here: {', '.join(allowed)}.", name)
            return default
        return allowed[value]

    def flag(self, name: str) -> bool | None:
        """Return true or false, None where it was not sent."""
        if not self.has(name):
            return None
        value = self._data[name]
        if not isinstance(value, bool):
            self.refuse("structure", "This has to be true or false.", name)
            return None
        return value

    def date(self, name: str) -> str:
        """Return a date as far as it is known (1961-03-05, 1961-03, 1961); empty where it was not sent."""
        value = self.text(name, most=10)
        if value and _DATE.fullmatch(value) is None:
            self.refuse("value", "Write a date as 1961-03-05, or 1961-03 or 1961 where no more is known.", name)
            return ""
        return value

    def moment(self, name: str) -> dt.datetime | None:
        """Return a moment with its zone; None where it was not sent."""
        value = self.text(name, most=40)
        if not value:
            return None
        try:
            found = dt.datetime.fromisoformat(value)
            if found.tzinfo is not None and "T" in value:
                return found.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
        self.refuse("value", "Write the moment with its time and zone: 2026-05-04T07:30:00Z.", name)
        return None

    def child(self, name: str, *, required: bool = False) -> Element | None:
        """Return an object within this one; None where it was not sent."""
        if not self._sent(name, required=required):
            return None
        return Element(self._data[name], f"{self.where}.{name}", self.problems)

    def children(self, name: str, *, required: bool = False) -> list[Element]:
        """Return the objects of a list; none where it was not sent."""
        return [Element(one, where, self.problems) for one, where in self._listed(name, required=required)]

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list."""
        found = []
        for one, _where in self._listed(name, required=False):
            if isinstance(one, str) and one.strip() and "\x00" not in one:
                found.append(one.strip())
            else:
                self.refuse("structure", "This has to be a list of texts that are not empty.", name)
        return found

    def only(self, name: str, *, required: bool = False) -> Element | None:
        """Return the one object of a list; of several none is chosen."""
        found = self.children(name, required=required)
        if len(found) > 1:
            self.refuse("structure", "One is taken here.", name)
        return found[0] if found else None

    def close(self) -> None:
        """Refuse the members that nobody asked for: what is not kept is not taken."""
        for name in sorted(set(self._data) - self._known):
            known = ", ".join(sorted(self._known)) or "none"
            self.refuse("structure", f"This element is not taken here. Taken: {known}.", name)

    def _sent(self, name: str, *, required: bool) -> bool:
        sent = self.has(name)
        if required and not sent:
            self.refuse("required", "This element is needed.", name)
        return sent

    def _listed(self, name: str, *, required: bool) -> list[tuple[Any, str]]:
        if not self._sent(name, required=required):
            return []
        value = self._data[name]
        if not isinstance(value, list) or not value:
            self.refuse("structure", "This has to be a list that is not empty.", name)
            return []
        return [(one, f"{self.where}.{name}[{place}]") for place, one in enumerate(value)]
