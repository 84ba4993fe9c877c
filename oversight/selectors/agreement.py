"""What the model said beside what reviewers decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, Value
from django.db.models.functions import Concat, TruncWeek

from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import Case, LabelSource, Stain
from classifier.models import Prediction
from oversight.agreement import Comparison, ReviewedCells, compare
from oversight.drift import Period

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

MOST_VALUES = 40
"""Groups of one dimension shown; the rest is reached by the filter."""
WEEKS_SHOWN = 53
_KIND = ("cell__label", "label", "identified", "cell__excluded")
_CASE = "cell__image__case__"
DIMENSIONS: dict[str, tuple[str, str, Any]] = {
    "clinic": ("Clinic", f"{_CASE}clinic", F(f"{_CASE}clinic__name")),
    "stain": ("Stain", f"{_CASE}stain", F(f"{_CASE}stain")),
    "camera": ("Camera", f"{_CASE}camera", F(f"{_CASE}camera")),
    "model": ("Model", "model_version", Concat("model_version__name", Value(" "), "model_version__version")),
    "reader": ("Reviewer", "cell__decided_by", F("cell__decided_by__full_name")),
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


def reviewed_predictions(user: User) -> QuerySet[Prediction]:
    """The predictions of cells that a person has reviewed, in the cases whose model output `user` may see."""
    return predictions_of_read_cells(Case.objects.with_model_output_for(user))


def predictions_of_read_cells(cases: QuerySet[Case]) -> QuerySet[Prediction]:
    """The predictions of cells of `cases` that a person has reviewed.

    Reviewed is: a person gave the label, or took the cell out of the count. Cells of an analysis that was replaced by a
    later one are left out, so that a cell counts once.
    """
    return Prediction.objects.filter(
        Q(cell__label_source=LabelSource.HUMAN) | Q(cell__excluded=True),
        cell__superseded=False,
        cell__image__case__in=cases,
    )


def comparison_of(predictions: QuerySet[Prediction]) -> Comparison:
    """The comparison over `predictions`, in one query."""
    rows = predictions.order_by().values_list(*_KIND).annotate(number=Count("pk"))
    return compare(ReviewedCells(*row) for row in rows)


def groups_of(predictions: QuerySet[Prediction], dimension: str) -> list[Group]:
    """The comparison for each value of `dimension`, the largest first, in one query."""
    _, value_path, name_of = DIMENSIONS[dimension]
    rows = predictions.order_by().values_list(value_path, *_KIND).annotate(name=name_of, number=Count("pk"))
    parts_of: dict[tuple[str, str], list[ReviewedCells]] = defaultdict(list)
    for value, final, best, identified, excluded, name, number in rows:
        parts_of[str(value or ""), str(name or "")].append(ReviewedCells(final, best, identified, excluded, number))
    groups = [Group(value, _named(dimension, name), compare(parts)) for (value, name), parts in parts_of.items()]
    return sorted(groups, key=lambda group: (-group.comparison.n, group.name))[:MOST_VALUES]


def _named(dimension: str, name: str) -> str:
    if dimension == "stain":
        return str(dict(Stain.choices).get(name, name))
    return name or "not given"


def weeks_of(predictions: QuerySet[Prediction]) -> list[Period]:
    """Cells and errors of the best class by week of review (UTC, Monday first) and the class the reviewer gave."""
    rows = (
        predictions.filter(cell__decided_at__isnull=False, cell__excluded=False, cell__label__in=CLASS_CODES)
        .order_by()
        .annotate(week=TruncWeek("cell__decided_at"))
        .values_list("week", "cell__label", "label")
        .annotate(number=Count("pk"))
    )
    weeks: dict[Any, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for week, final, best, number in rows:
        cells = weeks[week][final]
        cells[0] += number
        cells[1] += number if final != best else 0
    return [
        Period(f"{week:%Y-%m-%d}", {code: (n, wrong) for code, (n, wrong) in weeks[week].items()})
        for week in sorted(weeks)
    ][-WEEKS_SHOWN:]


def cells_behind(
    predictions: QuerySet[Prediction], *, show: str = "all", final: str = "", answer: str = ""
) -> QuerySet[Prediction]:
    """The predictions behind one figure: those that differ, those unnamed, those of one field of the matrix."""
    found = predictions.filter(SHOWN.get(show, SHOWN["all"])[1])
    if show == "differs":
        found = found.exclude(label=F("cell__label"))
    if final in CLASS_CODES:
        found = found.filter(cell__label=final, cell__excluded=False)
    if answer == UNIDENTIFIED:
        found = found.filter(identified=False)
    elif answer in CLASS_CODES:
        found = found.filter(label=answer, identified=True)
    found = found.select_related("model_version", "cell__image__case__clinic", "cell__decided_by")
    # A card is some forty kilobytes; a line names its model only.
    return found.defer("model_version__card", "model_version__evaluation").order_by(
        "-cell__decided_at", "-created_at", "id"
    )
