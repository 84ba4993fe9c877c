"""What narrows the atlas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from education.models import Source
from education.morphology import BY_KEY
from education.selectors.atlas import of_difficulty
from education.teaching_classes import BY_CODE, shown_under

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict
    from django.utils.functional import _StrPromise

    from education.models import TeachingCell

DIFFICULTIES: dict[str, _StrPromise] = {
    "easy": _("Easy"),
    "medium": _("Medium"),
    "hard": _("Hard"),
    "unknown": _("Too few answers"),
}


@dataclass(frozen=True)
class AtlasFilters:
    """The filters as the address carries them; what is not understood is ignored. `classes`: one, or the two of a pair."""

    classes: tuple[str, ...]
    pair: str
    stain: str
    camera: str
    difficulty: str
    source: str

    @classmethod
    def from_query(cls, query: QueryDict) -> AtlasFilters:
        """Read the filters from a query string; a class goes before a pair."""
        code, pair = query.get("class", ""), query.get("pair", "")
        found = BY_KEY.get(pair) if code not in BY_CODE else None
        classes = (found.left, found.right) if found is not None else (code,) if code in BY_CODE else ()
        difficulty, source = query.get("difficulty", ""), query.get("source", "")
        return cls(
            classes=classes,
            pair=pair if found is not None else "",
            stain=query.get("stain", "").replace("\x00", ""),
            camera=query.get("camera", "").replace("\x00", ""),
            difficulty=difficulty if difficulty in DIFFICULTIES else "",
            source=source if source in Source.values else "",
        )

    @property
    def one_class(self) -> str:
        """The code of the class, where it is one."""
        return self.classes[0] if len(self.classes) == 1 else ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered on."""
        return bool(self.classes or self.stain or self.camera or self.difficulty or self.source)

    def apply(self, cells: QuerySet[TeachingCell]) -> QuerySet[TeachingCell]:
        """Return those of `cells` that the filters leave."""
        if self.classes:
            shown = frozenset[str]().union(*map(shown_under, self.classes))
            cells = cells.filter(cell_class__in=shown)
        if self.stain:
            cells = cells.filter(stain=self.stain)
        if self.camera:
            cells = cells.filter(camera=self.camera)
        if self.source:
            cells = cells.filter(source=self.source)
        return of_difficulty(cells, self.difficulty) if self.difficulty else cells
