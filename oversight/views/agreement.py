"""How the model and the reviewers agree: the figures, each with the address of the cells behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from oversight import drift, plots
from oversight.forms import AgreementFilter
from oversight.selectors.agreement import (
    DIMENSIONS,
    Group,
    comparison_of,
    groups_of,
    weeks_of,
)
from oversight.selectors.records import LISTING_TYPE
from oversight.selectors.reviewed_cells import ReviewedCells
from oversight.selectors.scopes import scope_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from oversight.agreement import Comparison

_WORST = ("alarm", "watch", "ok", "few")


@dataclass(frozen=True, slots=True)
class Place:
    """Which of the two pages this is: oversight of all reviewers, or a reviewer's own."""

    url: str
    cells_url: str
    own: bool


OVERSIGHT = Place("oversight:agreement", "oversight:agreement_cells", own=False)


@never_cache
@overseers_only
@require_GET
def agreement(request: HttpRequest) -> HttpResponse:
    """Show agreement over the reviewed cells: by class, over time, by clinic, stain, camera, model, reviewer."""
    form = AgreementFilter(request.GET, user=signed_in(request))
    context = figures(request, form, OVERSIGHT)
    return render(request, "oversight/agreement.html", context)


def figures(request: HttpRequest, form: AgreementFilter, place: Place) -> dict[str, Any]:
    """Return everything an agreement page shows, and write that it was shown."""
    user = signed_in(request)
    model = form.model_version
    cells = ReviewedCells(scope_of(user), form.wanted())
    found = comparison_of(cells)
    everybody = comparison_of(cells.asking(form.wanted(every_reviewer=True))) if form.reviewer else found
    expected = drift.expectation_of(model.card) if model else None
    weeks = weeks_of(cells)
    of_every_model = cells.asking(form.wanted(every_model=True))
    groups = {
        name: groups_of(of_every_model if name == "model" else cells, name)
        for name in DIMENSIONS
        if not (place.own and name == "reader")
    }
    steps = drift.cumulate(weeks, expected) if expected else []
    findings = drift.judge(found, expected) if expected else []
    record(actor=user, action=Action.VIEW, object_type=LISTING_TYPE, after={"agreement": form.narrows, "n": found.n})
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
        "breakdowns": _breakdowns(form, groups, place, expected),
        "everybody": everybody,
        "narrowed": bool(form.narrows),
    }


def _link(form: AgreementFilter, place: Place, **more: str) -> str:
    return f"{reverse(place.cells_url)}?{urlencode({**form.narrows, **more})}"


def _tiles(form: AgreementFilter, found: Comparison, place: Place) -> list[dict[str, Any]]:
    """Return the figures at the top, each with the address of the cells behind it."""
    return [
        {
            "name": _("Agreement"),
            "share": found.agreement,
            "hint": _("the model's best class is the reviewer's"),
            "link": _link(form, place, show="differs"),
            "to": _("Cells that differ"),
        },
        {
            "name": _("Agreement where named"),
            "share": found.named,
            "hint": _("of the cells the model gave a class"),
            "link": _link(form, place, show="all"),
            "to": _("All cells compared"),
        },
        {
            "name": _("Unidentified"),
            "share": found.unidentified,
            "hint": _("the model named no class"),
            "link": _link(form, place, show="unidentified"),
            "to": _("Unidentified cells"),
        },
        {
            "name": _("Excluded"),
            "share": found.excluded,
            "hint": _("taken out of the count by a reviewer"),
            "link": _link(form, place, show="excluded"),
            "to": _("Excluded cells"),
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
    form: AgreementFilter, groups: dict[str, list[Group]], place: Place, expected: drift.Expectation | None
) -> list[dict[str, Any]]:
    """Return a table a dimension; each line leads to the same page narrowed to it and to its cells."""
    tables = []
    for dimension, found in groups.items():
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
            for group in found
            if group.comparison.n
        ]
        tables.append({"name": DIMENSIONS[dimension], "code": dimension, "rows": rows})
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
