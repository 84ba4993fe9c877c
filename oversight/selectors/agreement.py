"""What the model said beside what reviewers decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import Stain
from classifier.models import ModelVersion, Prediction
from classifier.selectors import predictions_shown_to
from oversight.agreement import Comparison, ReviewedCells, compare
from oversight.drift import Period
from oversight.selectors.sources import REVIEWED
from oversight.times import day_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet
    from django_stubs_ext import StrPromise

    from oversight.selectors import reviewed_cells

MOST_VALUES = 40
"""Groups of one dimension shown; the rest is reached by the filter."""
WEEKS_SHOWN = 53
DIMENSIONS: dict[str, StrPromise] = {
    "clinic": _("Clinic"),
    "stain": _("Stain"),
    "camera": _("Camera"),
    "model": _("Model"),
    "reader": _("Reviewer"),
}
SHOWN: dict[str, tuple[StrPromise, Q]] = {
    "all": (_("Every cell compared"), Q(cell__excluded=False, cell__label__in=CLASS_CODES)),
    "differs": (_("Best class differs from the reviewer's"), Q(cell__excluded=False, cell__label__in=CLASS_CODES)),
    "unidentified": (
        _("The model named no class"),
        Q(cell__excluded=False, cell__label__in=CLASS_CODES, identified=False),
    ),
    "excluded": (_("Taken out of the count by a reviewer"), Q(cell__excluded=True)),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of one value of a dimension."""

    value: str
    name: str
    comparison: Comparison


def reviewed_predictions(user: User) -> QuerySet[Prediction]:
    """The predictions of reviewed cells in the cases whose model output `user` may see, to be listed."""
    return predictions_shown_to(user).filter(REVIEWED)


def comparison_of(cells: reviewed_cells.ReviewedCells) -> Comparison:
    """The comparison over `cells`."""
    return compare(_kinds(cells))


def _kinds(cells: reviewed_cells.ReviewedCells) -> list[ReviewedCells]:
    return [
        ReviewedCells(final, best, identified, excluded, number)
        for (final, best, identified, excluded), number in cells.by_kind().items()
    ]


def groups_of(cells: reviewed_cells.ReviewedCells, dimension: str) -> list[Group]:
    """The comparison for each value of a dimension, the largest first; one query for the counts and one for the names."""
    parts: dict[Any, list[ReviewedCells]] = defaultdict(list)
    # Addresses have an older word for the reviewer.
    counted = cells.by_kind("reviewer" if dimension == "reader" else dimension)
    for (value, final, best, identified, excluded), number in counted.items():
        parts[value].append(ReviewedCells(final, best, identified, excluded, number))
    names = _NAMES[dimension](list(parts))
    groups = [
        Group(str(value or ""), names.get(value) or gettext("not given"), compare(kinds))
        for value, kinds in parts.items()
    ]
    return sorted(groups, key=lambda group: (-group.comparison.n, group.name))[:MOST_VALUES]


def _names_of_clinics(ids: Sequence[Any]) -> Mapping[Any, str]:
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))


def _names_of_models(ids: Sequence[Any]) -> Mapping[Any, str]:
    return {
        pk: f"{name} {version}"
        for pk, name, version in ModelVersion.objects.filter(pk__in=ids).values_list("pk", "name", "version")
    }


def _names_of_people(ids: Sequence[Any]) -> Mapping[Any, str]:
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name"))


_NAMES: dict[str, Callable[[Sequence[Any]], Mapping[Any, str]]] = {
    "clinic": _names_of_clinics,
    "stain": lambda _ids: {code: str(label) for code, label in Stain.choices},
    "camera": lambda names: dict(zip(names, names, strict=True)),
    "model": _names_of_models,
    "reader": _names_of_people,
}


def weeks_of(cells: reviewed_cells.ReviewedCells) -> list[Period]:
    """Cells and errors of the best class by week of review (UTC, Monday first) and the class the reviewer gave."""
    weeks: dict[date, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for (week, final, is_right), number in cells.by_week().items():
        if final in CLASS_CODES:
            counts = weeks[week][final]
            counts[0] += number
            counts[1] += 0 if is_right else number
    return [
        Period(day_in_words(week), {code: (n, wrong) for code, (n, wrong) in weeks[week].items()})
        for week in sorted(weeks)[-WEEKS_SHOWN:]
    ]


def cells_behind(
    predictions: QuerySet[Prediction], *, show: str = "all", final: str = "", answer: str = ""
) -> QuerySet[Prediction]:
    """The predictions behind one figure, newest first: those that differ, those unnamed, those of one field of the matrix."""
    found = predictions.filter(SHOWN.get(show, SHOWN["all"])[1])
    if show == "differs":
        found = found.exclude(label=F("cell__label"))
    if final in CLASS_CODES:
        found = found.filter(cell__label=final, cell__excluded=False)
    if answer == UNIDENTIFIED:
        found = found.filter(identified=False)
    elif answer in CLASS_CODES:
        found = found.filter(label=answer, identified=True)
    # Not by the time of review: sorting every cell for a page of sixty is slow, along the index the page is soon full.
    return found.order_by("-created_at", "-id")


def extent_behind(
    cells: reviewed_cells.ReviewedCells, *, show: str = "all", final: str = "", answer: str = ""
) -> tuple[int, datetime | None]:
    """How many predictions `cells_behind` finds, added up from the counts, and after which moment none of them was made.

    Counting them takes as long as a page. Without the moment a list walks past everything that nobody reviewed yet.
    """

    def is_behind(kind: ReviewedCells) -> bool:
        right = {
            "differs": kind.compares and kind.best != kind.final,
            "unidentified": kind.compares and not kind.identified,
            "excluded": kind.excluded,
        }.get(show, kind.compares)
        if final in CLASS_CODES:
            right = right and kind.final == final and not kind.excluded
        if answer in {*CLASS_CODES, UNIDENTIFIED}:
            right = right and kind.answer == answer
        return right

    behind = [kind for kind in _kinds(cells) if is_behind(kind)]
    newest = cells.newest_by_kind()
    moments = [moment for kind in behind if (moment := newest.get(kind[:4]))]
    # What was counted since it was added up has no moment yet, and nothing is left out.
    return sum(kind.number for kind in behind), max(moments, default=None) if len(moments) == len(behind) else None


def with_what_a_line_shows(predictions: QuerySet[Prediction]) -> QuerySet[Prediction]:
    """Return `predictions` with cell, case, clinic, reviewer and the name of the model at hand."""
    found = predictions.select_related("model_version", "cell__image__case__clinic", "cell__decided_by")
    # A card is some forty kilobytes; a line names its model only.
    return found.defer("model_version__card", "model_version__evaluation")
