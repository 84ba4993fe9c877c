"""What the model said beside what reviewers decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.db.models.functions import TruncWeek

from accounts.models import Organisation, User
from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import Case, Stain
from classifier.models import ModelVersion, Prediction
from classifier.selectors import predictions_shown_to
from oversight.agreement import Comparison, ReviewedCells, compare
from oversight.drift import Period
from oversight.selectors import reviewed_cells
from oversight.selectors.reviewed_cells import REVIEWED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from oversight.selectors.reviewed_cells import Names

MOST_VALUES = 40
"""Groups of one dimension shown; the rest is reached by the filter."""
WEEKS_SHOWN = 53
DIMENSIONS: dict[str, str] = {
    "clinic": "Clinic",
    "stain": "Stain",
    "camera": "Camera",
    "model": "Model",
    "reader": "Reviewer",
}
SHOWN: dict[str, tuple[str, Q]] = {
    "all": ("Every cell compared", Q(cell__excluded=False, cell__label__in=CLASS_CODES)),
    "differs": ("Best class differs from the reviewer's", Q(cell__excluded=False, cell__label__in=CLASS_CODES)),
    "unidentified": (
        "The model named no class",
        Q(cell__excluded=False, cell__label__in=CLASS_CODES, identified=False),
    ),
    "excluded": ("Taken out of the count by a reviewer", Q(cell__excluded=True)),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The cells of one value of a dimension."""

    value: str
    name: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Line:
    """Reviewed cells of one kind, with their value in each dimension: a place, a model or a person by id."""

    clinic: UUID
    stain: str
    camera: str
    model: UUID
    reviewer: UUID | None
    cells: ReviewedCells

    def value(self, dimension: str) -> Any:
        """What it is in one of `DIMENSIONS`; addresses have an older word for the reviewer."""
        return getattr(self, "reviewer" if dimension == "reader" else dimension)


def compared_cases(user: User) -> QuerySet[Case]:
    """The cases in which `user` may compare the model with its reviewers: those whose model output they may see."""
    return Case.objects.with_model_output_for(user)


def reviewed_predictions(user: User) -> QuerySet[Prediction]:
    """The predictions of reviewed cells in those cases, to be listed."""
    return predictions_shown_to(user).filter(REVIEWED)


def lines_of(cells: reviewed_cells.ReviewedCells) -> list[Line]:
    """The cells by kind and by every dimension at once, in one pass over the counts."""

    def by(names: Names) -> tuple[str, ...]:
        of_case = (f"{names.case}__{name}" for name in ("clinic", "stain", "camera"))
        return *of_case, names.model, names.reviewer, *names.kind

    return [
        Line(clinic, stain, camera, model, reviewer, ReviewedCells(*kind))
        for clinic, stain, camera, model, reviewer, *kind in cells.counted(by)
    ]


def comparison_of(lines: Iterable[Line]) -> Comparison:
    """The comparison over `lines`."""
    return compare(line.cells for line in lines)


def groups_of(lines: Iterable[Line]) -> dict[str, list[Group]]:
    """The comparison for each value of each dimension, the largest first; one query a dimension for the names."""
    parts_of: dict[str, dict[Any, list[ReviewedCells]]] = {name: defaultdict(list) for name in DIMENSIONS}
    for line in lines:
        for name, parts in parts_of.items():
            parts[line.value(name)].append(line.cells)
    found = {}
    for name, parts in parts_of.items():
        names = _NAMES[name](list(parts))
        groups = [
            Group(str(value or ""), names.get(value) or "not given", compare(kinds)) for value, kinds in parts.items()
        ]
        found[name] = sorted(groups, key=lambda group: (-group.comparison.n, group.name))[:MOST_VALUES]
    return found


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
    "stain": lambda _: dict(Stain.choices),
    "camera": lambda names: dict(zip(names, names, strict=True)),
    "model": _names_of_models,
    "reader": _names_of_people,
}


def weeks_of(cells: reviewed_cells.ReviewedCells) -> list[Period]:
    """Cells and errors of the best class by week of review (UTC, Monday first) and the class the reviewer gave."""
    weeks: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for final, best, excluded, week, number in cells.counted(
        lambda names: (names.final, names.best, names.excluded, TruncWeek(names.reviewed))
    ):
        if week is not None and not excluded and final in CLASS_CODES:
            counts = weeks[f"{week:%Y-%m-%d}"][final]
            counts[0] += number
            counts[1] += number if final != best else 0
    return [Period(week, {code: (n, wrong) for code, (n, wrong) in weeks[week].items()}) for week in sorted(weeks)][
        -WEEKS_SHOWN:
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


def number_behind(cells: reviewed_cells.ReviewedCells, *, show: str = "all", final: str = "", answer: str = "") -> int:
    """How many predictions `cells_behind` finds, added up from the counts: counting these themselves takes as long as a page."""

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

    kinds = (ReviewedCells(*row) for row in cells.counted(lambda names: names.kind))
    return sum(kind.number for kind in kinds if is_behind(kind))


def with_what_a_line_shows(predictions: QuerySet[Prediction]) -> QuerySet[Prediction]:
    """Return `predictions` with cell, case, clinic, reviewer and the name of the model at hand."""
    found = predictions.select_related("model_version", "cell__image__case__clinic", "cell__decided_by")
    # A card is some forty kilobytes; a line names its model only.
    return found.defer("model_version__card", "model_version__evaluation")
