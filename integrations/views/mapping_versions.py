"""The next version of a mapping: one table changed by hand or sent as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from hematovision.errors import DomainError
from hematovision.forms import uuid_or_none
from integrations.forms.mapping import (
    EMPTY_ROWS,
    HINTS,
    MEMBERS,
    MOST_TYPED,
    TITLES,
    FileForm,
    VersionForm,
    choices_of,
    typed_rows,
    with_table,
)
from integrations.mapping_rows import KEYS, TABLES
from integrations.models import Connection, ConnectionKind
from integrations.services.mappings import save_version
from integrations.services.trying import try_on_last_reports
from integrations.views.mappings import chosen_version, compare_address
from integrations.views.reach import mapping_for

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from integrations.mapping_rows import Rows
    from integrations.models import ConnectionQuerySet, Mapping


@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit_table(request: HttpRequest, pk: UUID, table: str) -> HttpResponse:
    """Show one table of the newest version to be changed; what is saved is a new version, what is tried is none."""
    user = signed_in(request)
    found = mapping_for(user, pk, to_change=True)
    if table not in TABLES:
        raise Http404
    newest = found.versions.latest("number")
    rows = newest.rows.get(table, [])
    typed, sent = VersionForm(initial={"seen": newest.number}), FileForm(initial={"seen": newest.number}, table=table)
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        by_file, form = request.POST.get("action") == "file", typed
        if by_file:
            form = sent = FileForm(request.POST, request.FILES, table=table)
        else:
            form = typed = VersionForm(request.POST)
            rows = typed_rows(request.POST, table, number_stored=len(newest.rows.get(table, [])))
        status = 422
        if form.is_valid():
            rows = form.cleaned_data["file"] if by_file else rows
            try:
                if request.POST.get("action") == "try":
                    context |= _tried(user, found, with_table(newest.rows, table, rows), sending_by(found).first())
                    status = 200
                else:
                    return _saved(request, user, found, with_table(newest.rows, table, rows), form)
            except DomainError as error:
                context["faults"], status = _said(form, error), error.status
    context |= {
        "mapping": found,
        "newest": newest,
        "table": table,
        "title": TITLES[table],
        "hint": HINTS[table],
        "typed": typed,
        "sent": sent,
        "rows": _inputs(rows, table, found) if len(rows) <= MOST_TYPED else None,
        "heads": [MEMBERS[member] for member in TABLES[table]],
        "most": MOST_TYPED,
        "sends_by": sending_by(found).first(),
    }
    return render(request, "integrations/edit_table.html", context, status=status)


@overseers_only
@require_GET
def try_mapping(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make the messages of the last reports by a version of the mapping, show which would be held, and store none."""
    user = signed_in(request)
    found = mapping_for(user, pk, to_change=True)
    versions = list(found.versions.all())
    version = chosen_version(versions, request.GET.get("version", ""))
    connections = sending_by(found)
    wanted = uuid_or_none(request.GET.get("connection", ""))
    connection = connections.filter(pk=wanted).first() if wanted else connections.first()
    context = {
        "mapping": found,
        "version": version,
        "versions": versions,
        "connections": connections,
        "connection": connection,
        **_tried(user, found, version.rows, connection),
    }
    return render(request, "integrations/try_mapping.html", context)


def sending_by(found: Mapping) -> ConnectionQuerySet:
    """Return the connections that send results by a mapping."""
    return Connection.objects.filter(mapping=found, kind=ConnectionKind.MLLP_OUT)


def _tried(user: User, found: Mapping, rows: Rows, connection: Connection | None) -> dict[str, Any]:
    """Return what came of the last reports; nothing where no connection sends by the mapping."""
    if connection is None:
        return {"tried": None}
    tried = try_on_last_reports(actor=user, mapping=found, rows=rows, connection=connection)
    return {"tried": tried, "tried_over": connection, "number_held": sum(bool(one.held) for one in tried)}


def _saved(request: HttpRequest, user: User, found: Mapping, rows: Rows, form: VersionForm) -> HttpResponse:
    saved = save_version(
        actor=user,
        mapping=found,
        rows=rows,
        effective_from=form.begins,
        note=form.cleaned_data["note"],
        seen=form.cleaned_data["seen"],
    )
    messages.success(request, _("Version %(number)s was saved.") % {"number": saved.number})
    return redirect(compare_address(found, saved))


def _said(form: VersionForm, error: DomainError) -> list[str]:
    """What is wrong with the rows; what is wrong with a field is shown beside it."""
    faults = error.details.get("faults")
    if isinstance(faults, list):
        return [str(fault) for fault in faults]
    form.refuse(error)
    return []


def _inputs(rows: list[dict[str, str]], table: str, found: Mapping) -> list[list[dict[str, Any]]]:
    """Return the cells of the table with their inputs, and some empty rows to add to it."""
    chosen = choices_of(table, found.laboratory)
    lines = []
    for number, row in enumerate([*rows, *({} for _empty in range(EMPTY_ROWS))]):
        cells = []
        for member in TABLES[table]:
            value = row.get(member, "")
            options = list(chosen.get(member, []))
            if options and value and value not in dict(options):
                options.append((value, value))
            cells.append(
                {
                    "name": f"row-{number}-{member}",
                    "label": MEMBERS[member],
                    "value": value,
                    "options": options,
                    # A result is what it is: only how it is called is changed.
                    "is_fixed": table == "results" and member in KEYS[table] and bool(value),
                }
            )
        lines.append(cells)
    return lines
