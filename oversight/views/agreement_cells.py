"""The cells behind a figure of agreement, page by page and as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from cases.cell_classes import BY_CODE
from cases.services.audit_trail import note_cells_listed
from classifier.models import Prediction
from hematovision.chunks import in_chunks
from hematovision.csv_export import csv_stream
from hematovision.paging import CappedPaginator, rows_of
from oversight.forms import AgreementFilter
from oversight.selectors.agreement import (
    SHOWN,
    cells_behind,
    extent_behind,
    reviewed_predictions,
    with_what_a_line_shows,
)
from oversight.selectors.records import LISTING_TYPE
from oversight.selectors.reviewed_cells import ReviewedCells
from oversight.selectors.scopes import scope_of
from oversight.selectors.sources import PREDICTIONS
from oversight.views.agreement import OVERSIGHT, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    from accounts.models import User
    from cases.models import Cell

PER_PAGE = 60
_ASKED = {"show": "all", "final": "", "answer": ""}
_COLUMNS = [
    "cell",
    "case",
    "clinic",
    "stain",
    "camera",
    "field",
    "number",
    "model",
    "predicted at",
    "predicted class",
    "score",
    "named",
    "final class",
    "excluded",
    "reviewed by",
    "reviewed at",
]


@never_cache
@overseers_only
@require_GET
def agreement_cells(request: HttpRequest) -> HttpResponse:
    """Show the cells behind one figure."""
    form = AgreementFilter(request.GET, user=signed_in(request))
    return render(request, "oversight/agreement_cells.html", cells(request, form, OVERSIGHT))


@overseers_only
@require_GET
def export_agreement(request: HttpRequest) -> HttpResponseBase:
    """Hand out the cells behind a figure as CSV: what the model said, the final label, who, when; no patient."""
    form = AgreementFilter(request.GET, user=signed_in(request))
    found = _behind(request, form)
    record(
        actor=request.user,
        action=Action.EXPORT,
        object_type=LISTING_TYPE,
        after={"what": "agreement csv", "filters": form.narrows},
    )
    return csv_stream(_csv_rows(with_what_a_line_shows(found)), name="agreement.csv")


def cells(request: HttpRequest, form: AgreementFilter, place: Place) -> dict[str, Any]:
    """Return one page of the cells behind a figure, and write that it was shown."""
    found = _behind(request, form)
    counted = ReviewedCells(scope_of(signed_in(request)), form.wanted())
    number, newest = extent_behind(counted, **_asked(request))
    if newest is not None:
        found = found.filter(created_at__lte=newest)
    paginator = CappedPaginator(found.values_list("pk", flat=True), PER_PAGE)
    paginator.count = min(number, paginator.most)
    page = paginator.get_page(request.GET.get("page"))
    predictions = rows_of(page, with_what_a_line_shows(Prediction.objects.all()))
    rows = [
        {
            "prediction": prediction,
            "cell": prediction.cell,
            "best": BY_CODE.get(prediction.label),
            "final": BY_CODE.get(prediction.cell.label),
        }
        for prediction in predictions
    ]
    _record_page(signed_in(request), form, [prediction.cell for prediction in predictions])
    show = request.GET.get("show", "all")
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "form": form,
        "place": place,
        "page": page,
        "rows": rows,
        "title": SHOWN.get(show, SHOWN["all"])[0],
        "final": BY_CODE.get(request.GET.get("final", "")),
        "answer": BY_CODE.get(request.GET.get("answer", "")),
        "back": f"{reverse(place.url)}?{urlencode(form.narrows)}",
        "query": query.urlencode(),
    }


def _record_page(user: User, form: AgreementFilter, shown: list[Cell]) -> None:
    """Write one event for the page with its cells by case, by which the audit trail of each case finds it."""
    cases: dict[str, list[str]] = {}
    for cell in shown:
        cases.setdefault(str(cell.image.case_id), []).append(str(cell.pk))
    after = {"listed": len(shown), "cases": cases, **form.narrows}
    record(actor=user, action=Action.VIEW, object_type=LISTING_TYPE, after=after)
    note_cells_listed(actor=user, images={cell.image for cell in shown})


def _asked(request: HttpRequest) -> dict[str, str]:
    """Return which cells of the figures the address asks for."""
    return {name: request.GET.get(name, otherwise) for name, otherwise in _ASKED.items()}


def _behind(request: HttpRequest, form: AgreementFilter) -> QuerySet[Prediction]:
    predictions = reviewed_predictions(signed_in(request)).filter(form.wanted().condition(PREDICTIONS))
    return cells_behind(predictions, **_asked(request))


def _csv_rows(found: QuerySet[Prediction]) -> Iterator[list[object]]:
    yield list(_COLUMNS)
    for prediction in in_chunks(found, by=("-created_at", "-id")):
        cell, case = prediction.cell, prediction.cell.image.case
        yield [
            cell.pk,
            case.accession_number,
            case.clinic.slug,
            case.stain,
            case.camera,
            cell.image.ordinal,
            cell.ordinal,
            str(prediction.model_version),
            prediction.created_at.isoformat(),
            prediction.label,
            f"{prediction.score:.6f}",
            "yes" if prediction.identified else "no",
            cell.label,
            "yes" if cell.excluded else "no",
            cell.decided_by.full_name if cell.decided_by else "",
            cell.decided_at.isoformat() if cell.decided_at else "",
        ]
