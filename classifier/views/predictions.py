"""The administrator's audit of predictions: what a model said of which cell, and what it is called now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import overseers_only
from audit.models import Action
from audit.services import record
from cases.cell_classes import BY_CODE, UNIDENTIFIED
from classifier.forms import PredictionFilterForm
from classifier.models import Prediction
from classifier.selectors import predictions_shown_to
from hematovision.chunks import in_chunks
from hematovision.csv_export import csv_stream
from hematovision.paging import CappedPaginator, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

PER_PAGE = 50
MOST_COUNTED = 1000
"""Whether a prediction belongs to the list is asked of its case, four tables away."""
_NEWEST_FIRST = ("-created_at", "-id")
_COLUMNS = [
    "predicted at",
    "case",
    "clinic",
    "field",
    "cell",
    "x",
    "y",
    "width",
    "height",
    "predicted class",
    "score",
    "identified",
    "novelty",
    "present class",
    "labelled by",
    "model",
]


@overseers_only
@require_GET
def prediction_list(request: HttpRequest) -> HttpResponse:
    """List predictions, newest first, filtered by date, clinic, model, class and score."""
    form, found = _filtered(request)
    paginator = CappedPaginator(found.values_list("pk", flat=True), PER_PAGE, most=MOST_COUNTED)
    page = paginator.get_page(request.GET.get("page"))
    rows = [_row(prediction) for prediction in rows_of(page, _with_what_a_line_shows(Prediction.objects.all()))]
    record(
        actor=request.user,
        action=Action.VIEW,
        object_type="classifier.prediction",
        after={"listed": len(rows), "filters": form.narrows},
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "paginator": paginator, "rows": rows, "query": query.urlencode()}
    return render(request, "classifier/predictions.html", context)


@overseers_only
@require_GET
def export_predictions(request: HttpRequest) -> HttpResponseBase:
    """Hand out every prediction the filter finds as CSV; no patient is named in it."""
    form, found = _filtered(request)
    record(
        actor=request.user,
        action=Action.EXPORT,
        object_type="classifier.prediction",
        after={"what": "csv", "filters": form.narrows},
    )
    return csv_stream(_csv_rows(_with_what_a_line_shows(found)), name="predictions.csv")


def _filtered(request: HttpRequest) -> tuple[PredictionFilterForm, QuerySet[Prediction]]:
    form = PredictionFilterForm(request.GET, user=request.user)  # type: ignore[arg-type]
    return form, form.apply(predictions_shown_to(request.user)).order_by(*_NEWEST_FIRST)


def _with_what_a_line_shows(predictions: QuerySet[Prediction]) -> QuerySet[Prediction]:
    found = predictions.select_related("model_version", "cell__image__case__clinic")
    # A card is some forty kilobytes; a line names its model only.
    return found.defer("model_version__card", "model_version__evaluation")


def _row(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction with its classes, for one line of the list."""
    cell = prediction.cell
    return {
        "prediction": prediction,
        "cell": cell,
        "case": cell.image.case,
        "predicted": BY_CODE.get(prediction.label),
        "present": BY_CODE.get(cell.label),
        "differs": bool(cell.label) and cell.label not in {prediction.label, UNIDENTIFIED},
    }


def _csv_rows(found: QuerySet[Prediction]) -> Iterator[list[object]]:
    yield list(_COLUMNS)
    for prediction in in_chunks(found, by=_NEWEST_FIRST):
        cell = prediction.cell
        image = cell.image
        yield [
            prediction.created_at.isoformat(),
            image.case.accession_number,
            image.case.clinic.slug,
            image.ordinal,
            cell.ordinal,
            *cell.box,
            prediction.label,
            f"{prediction.score:.6f}",
            "yes" if prediction.identified else "no",
            "" if prediction.novelty is None else f"{prediction.novelty:.6f}",
            cell.label,
            cell.label_source,
            str(prediction.model_version),
        ]
