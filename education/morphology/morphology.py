"""How one class looks under the microscope, in nine short statements, each with the work that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Work:
    """A published work. `short` stands beside a statement, `citation` in the list of sources; neither is translated."""

    short: str
    citation: str

    def says(self, text: _StrPromise) -> Statement:
        """A statement that this work supports, in words of our own."""
        return Statement(text, self)


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence and the work that supports it."""

    text: _StrPromise
    source: Work


@dataclass(frozen=True, slots=True)
class Morphology:
    """The nine statements about the class `code`. `reviewed_by` names the pathologist who reviewed them; None: a draft."""

    code: str
    size: Statement
    nucleus: Statement
    chromatin: Statement
    nucleoli: Statement
    cytoplasm: Statement
    granules: Statement
    nc_ratio: Statement
    fools: Statement
    look_for: Statement
    reviewed_by: str | None = None

    @property
    def statements(self) -> tuple[tuple[_StrPromise, Statement], ...]:
        """The nine in order, each with the name of what it is about."""
        return tuple((ABOUT[name], getattr(self, name)) for name in ABOUT)

    @property
    def sources(self) -> tuple[Work, ...]:
        """The works that the statements name, each once."""
        return tuple(dict.fromkeys(statement.source for _about, statement in self.statements))


ABOUT: dict[str, _StrPromise] = {
    "size": _("Size"),
    "nucleus": _("Nucleus"),
    "chromatin": _("Chromatin"),
    "nucleoli": _("Nucleoli"),
    "cytoplasm": _("Cytoplasm"),
    "granules": _("Granules"),
    "nc_ratio": _("Nucleus to cytoplasm"),
    "fools": _("Where it fools you"),
    "look_for": _("What to look for"),
}
"""What the statements are about, by the name of their field."""
