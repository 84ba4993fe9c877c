"""How the machine and the readers agree: the figures, and the cells behind each of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from cases.cell_classes import BY_CODE
from cases.paging import CappedPaginator
from classifier.views.overseers import overseers_only
from oversight import drift, plots
from oversight.forms import AgreementFilter
from oversight.selectors.agreement import (
    DIMENSIONS,
    SHOWN,
    cells_behind,
    comparison_of,
    groups_of,
    reviewed_predictions,
    weeks_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    from classifier.models import Prediction
    from oversight.agreement import Comparison

PER_PAGE = 60
OBJECT_TYPE = "classifier.prediction"
_WORST = ("alarm", "watch", "ok", "few")
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
    "machine's best class",
    "score",
    "named",
    "final class",
    "excluded",
    "read by",
    "read at",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Which of the two pages this is: oversight of all readers, or a reader's own."""

    url: str
    cells_url: str
    own: bool


OVERSIGHT = Place("oversight:agreement", "oversight:agreement_cells", own=False)


@never_cache
@overseers_only
@require_GET
def agreement(request: HttpRequest) -> HttpResponse:
    """Show agreement over the cells that were read: by class, over time, by clinic, stain, camera, model, reader."""
    form = AgreementFilter(request.GET, user=signed_in(request))
    context = figures(request, form, OVERSIGHT)
    return render(request, "oversight/agreement.html", context)


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
    """Hand out the cells behind a figure as CSV: what the machine said, the final label, who, when; no patient."""
    form = AgreementFilter(request.GET, user=signed_in(request))
    found = _behind(request, form)
    record(
        actor=request.user,
        action=Action.EXPORT,
        object_type=OBJECT_TYPE,
        after={"what": "agreement csv", "filters": form.narrows},
    )
    response = StreamingHttpResponse(_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="agreement.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def figures(request: HttpRequest, form: AgreementFilter, place: Place) -> dict[str, Any]:
    """Return everything an agreement page shows, and write that it was shown."""
    user = signed_in(request)
    everything = reviewed_predictions(user)
    predictions = form.apply(everything)
    found = comparison_of(predictions)
    model = form.model_version
    expected = drift.expectation_of(model.card) if model else None
    weeks = weeks_of(predictions)
    steps = drift.cumulate(weeks, expected) if expected else []
    findings = drift.judge(found, expected) if expected else []
    record(actor=user, action=Action.VIEW, object_type=OBJECT_TYPE, after={"agreement": form.narrows, "n": found.n})
    return {
        "form": form,
        "place": place,
        "page_url": reverse(place.url),
        "cells_url": reverse(place.cells_url),
        "model": model,
        "found": found,
        "lines": _lines(form, found, place),
        "tiles": _tiles(form, found, place),
        "expected": expected,
        "findings": findings,
        "verdict": _verdict(findings, steps),
        "weeks_chart": plots.agreement_chart(weeks, _expected_agreement(found, expected)),
        "drift_chart": plots.drift_chart(steps),
        "between_alarms": round(drift.cells_between_false_alarms(), -4),
        "breakdowns": _breakdowns(form, everything, predictions, place, expected),
        "narrowed": bool(form.narrows),
    }


def cells(request: HttpRequest, form: AgreementFilter, place: Place) -> dict[str, Any]:
    """Return one page of the cells behind a figure, and write that it was shown."""
    found = _behind(request, form)
    page = CappedPaginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "prediction": prediction,
            "cell": prediction.cell,
            "best": BY_CODE.get(prediction.label),
            "final": BY_CODE.get(prediction.cell.label),
        }
        for prediction in page.object_list
    ]
    record(actor=request.user, action=Action.VIEW, object_type=OBJECT_TYPE, after={"listed": len(rows), **form.narrows})
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


def _behind(request: HttpRequest, form: AgreementFilter) -> QuerySet[Prediction]:
    asked = request.GET
    return cells_behind(
        form.apply(reviewed_predictions(signed_in(request))),
        show=asked.get("show", "all"),
        final=asked.get("final", ""),
        answer=asked.get("answer", ""),
    )


def _link(form: AgreementFilter, place: Place, **more: str) -> str:
    return f"{reverse(place.cells_url)}?{urlencode({**form.narrows, **more})}"


def _tiles(form: AgreementFilter, found: Comparison, place: Place) -> list[dict[str, Any]]:
    """Return the figures at the top, each with the address of the cells behind it."""
    return [
        {
            "name": "Agreement",
            "share": found.agreement,
            "hint": "the machine's best class is the reader's",
            "link": _link(form, place, show="differs"),
            "to": "Cells that differ",
        },
        {
            "name": "Agreement where named",
            "share": found.named,
            "hint": "of the cells the machine gave a class",
            "link": _link(form, place, show="all"),
            "to": "All cells compared",
        },
        {
            "name": "Unidentified",
            "share": found.unidentified,
            "hint": "the machine named no class",
            "link": _link(form, place, show="unidentified"),
            "to": "Unidentified cells",
        },
        {
            "name": "Excluded",
            "share": found.excluded,
            "hint": "taken out of the count by a reader",
            "link": _link(form, place, show="excluded"),
            "to": "Excluded cells",
        },
    ]


def _lines(form: AgreementFilter, found: Comparison, place: Place) -> list[dict[str, Any]]:
    """Return the matrix and the table of classes, every number with its address."""
    return [
        {
            "line": line,
            "link": _link(form, place, final=line.code),
            "answers": [
                {
                    "count": count,
                    "column": column,
                    "right": column.code == line.code,
                    "link": _link(form, place, final=line.code, answer=column.code),
                }
                for count, column in zip(line.answers, found.columns, strict=True)
            ],
        }
        for line in found.lines
    ]


def _breakdowns(
    form: AgreementFilter,
    everything: QuerySet[Prediction],
    predictions: QuerySet[Prediction],
    place: Place,
    expected: drift.Expectation | None,
) -> list[dict[str, Any]]:
    """Return a table a dimension; each line leads to the same page narrowed to it and to its cells."""
    tables = []
    for dimension, (name, _, _) in DIMENSIONS.items():
        if dimension == "reader" and place.own:
            continue
        by_model = dimension == "model"
        rows = [
            {
                "group": group,
                "verdict": "" if by_model or not expected else _verdict(drift.judge(group.comparison, expected), []),
                "narrow": f"{reverse(place.url)}?{urlencode({**form.narrows, dimension: group.value})}"
                if group.value
                else "",
                # Where nothing was given there is nothing to narrow by.
                "link": _link(form, place, **{dimension: group.value}) if group.value else "",
            }
            for group in groups_of(form.apply(everything, every_model=True) if by_model else predictions, dimension)
            if group.comparison.n
        ]
        tables.append({"name": name, "code": dimension, "rows": rows})
    return tables


def _verdict(findings: list[drift.Finding], steps: list[drift.Step]) -> str:
    """Return the worst of the findings; a sum over its limit at the end is an alarm as well."""
    if steps and steps[-1].alarm:
        return "alarm"
    verdicts = {finding.verdict for finding in findings}
    return next((verdict for verdict in _WORST if verdict in verdicts), "")


def _expected_agreement(found: Comparison, expected: drift.Expectation | None) -> float | None:
    """Return the agreement the card promises for this mix of classes, or None where it knows none of them."""
    if expected is None:
        return None
    known = [(line.sensitivity.n, expected.right[line.code]) for line in found.lines if line.code in expected.right]
    total = sum(n for n, _ in known)
    return sum(n * right / card for n, (right, card) in known) / total if total else None


class _Echo:
    """What `csv.writer` writes to: gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def _csv(found: QuerySet[Prediction]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for prediction in found.iterator(chunk_size=2000):
        cell, case = prediction.cell, prediction.cell.image.case
        yield writer.writerow(
            [
                cell.pk,
                case.accession_number,
                case.clinic.slug,
                case.stain,
                _text(case.camera),
                cell.image.ordinal,
                cell.ordinal,
                str(prediction.model_version),
                prediction.created_at.isoformat(),
                prediction.label,
                f"{prediction.score:.6f}",
                "yes" if prediction.identified else "no",
                cell.label,
                "yes" if cell.excluded else "no",
                _text(cell.decided_by.full_name if cell.decided_by else ""),
                cell.decided_at.isoformat() if cell.decided_at else "",
            ]
        )


def _text(value: str) -> str:
    """Text people typed; a leading apostrophe keeps a spreadsheet from taking it for a formula."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
