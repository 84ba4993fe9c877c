"""Reconciliation: for each day and receiver, whether every signed version arrived; the receiver's list compared with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from hematovision.chunks import in_chunks
from hematovision.csv_export import csv_stream
from hematovision.errors import Unprocessable
from integrations.forms.reconciliation import ListForm, PeriodForm
from integrations.models import Connection
from integrations.received_lists import MOST_BYTES, Comparison, compare, read_list
from integrations.reconciliation import FATES, Period, days_of, fate_of, unfinished_at, versions_astray, versions_owed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

MOST_VERSIONS = 200
_OBJECT_TYPE = Connection._meta.label_lower
_HEAD = ("accession", "version", "kind", "signed_at", "clinic", "fate")


@never_cache
@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Show the days of a receiver, what did not arrive, and, of a list that is sent, how it differs. Nothing is changed."""
    user = signed_in(request)
    form = PeriodForm(request.GET, user=user)
    context: dict[str, Any] = {"form": form, "list_form": ListForm(), "fates": FATES}
    connection = form.chosen if form.is_valid() else None
    if connection is not None:
        period = form.period
        context |= _days(connection, period)
        if request.method == "POST":
            context["list_form"] = sent = ListForm(request.POST, request.FILES)
            if sent.is_valid():
                context["comparison"] = _compared(request, sent, connection, period)
        else:
            record(actor=user, action=Action.VIEW, target=connection)
    else:
        record(actor=user, action=Action.VIEW, object_type=_OBJECT_TYPE)
    refused = bool(form.errors or context["list_form"].errors)
    return render(request, "integrations/reconciliation.html", context, status=400 if refused else 200)


@never_cache
@overseers_only
@require_GET
def reconciliation_file(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out every version of the period with what became of it. It names no patient."""
    user = signed_in(request)
    form = PeriodForm(request.GET, user=user)
    connection = form.chosen if form.is_valid() else None
    if connection is None:
        raise Http404
    period = form.period
    record(
        actor=user,
        action=Action.EXPORT,
        target=connection,
        after={"first": period.first.isoformat(), "last": period.last.isoformat()},
    )
    return csv_stream(_rows(connection, period), name=f"reconciliation-{period.first}-{period.last}.csv")


def _days(connection: Connection, period: Period) -> dict[str, Any]:
    """What the page shows of one receiver."""
    days = days_of(connection, period)
    return {
        "connection": connection,
        "period": period,
        "days": days,
        "signed": sum(day.signed for day in days),
        "missing": sum(day.missing for day in days),
        "astray": list(_astray(connection, period)),
        "unfinished": unfinished_at(connection.laboratory, period),
    }


def _astray(connection: Connection, period: Period) -> Iterator[dict[str, Any]]:
    """The versions that did not arrive, oldest first."""
    for report in versions_astray(connection, period).select_related("case")[:MOST_VERSIONS]:
        yield {"report": report, "fate": FATES[fate_of(report)]}


def _compared(request: HttpRequest, form: ListForm, connection: Connection, period: Period) -> Comparison | None:
    """Compare the list of the form; a fault of it is put on its field."""
    try:
        found = compare(connection, period, read_list(form.cleaned_data["received"].read(MOST_BYTES + 1)))
    except Unprocessable as error:
        form.add_error("received", error.sentence)
        return None
    record(
        actor=signed_in(request),
        action=Action.VERIFY,
        target=connection,
        after={"lines": found.lines, "owed": found.owed, "findings": len(found.findings)},
    )
    return found


def _rows(connection: Connection, period: Period) -> Iterator[list[object]]:
    yield list(_HEAD)
    owed = versions_owed(connection, period).select_related("case__clinic")
    for report in in_chunks(owed, by=["created_at", "pk"]):
        yield [
            report.case.accession_number,
            report.version,
            report.kind,
            report.created_at.isoformat(timespec="seconds"),
            report.case.clinic.slug,
            fate_of(report),
        ]
