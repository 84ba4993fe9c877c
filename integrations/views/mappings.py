"""The mappings of a laboratory: the list, one of them with its versions, comparing two, and a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from hematovision.csv_export import csv_file
from hematovision.errors import DomainError
from integrations.forms.mapping import HINTS, MEMBERS, TITLES, NewMappingForm
from integrations.mapping_differences import differences
from integrations.mapping_files import table_lines
from integrations.mapping_rows import TABLES
from integrations.models import Mapping, MappingVersion
from integrations.permissions import may_connect
from integrations.services.mappings import create_mapping
from integrations.views.reach import mapping_for, require_keeper

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from integrations.mapping_rows import Rows


@overseers_only
@require_GET
def mappings(request: HttpRequest) -> HttpResponse:
    """Show every mapping, its newest version, and how many connections use it."""
    user = signed_in(request)
    found = Mapping.objects.visible_to(user).annotate(
        newest=Max("versions__number"),
        saved_at=Max("versions__saved_at"),
        used_by=Count("connections", distinct=True),
    )
    listed = list(found)
    record(actor=user, action=Action.VIEW, object_type="integrations.mapping", after={"listed": len(listed)})
    return render(request, "integrations/mappings.html", {"mappings": listed, "may_connect": may_connect(user)})


@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_mapping(request: HttpRequest) -> HttpResponse:
    """Ask for a name, and add a mapping with LOINC and UCUM."""
    user = signed_in(request)
    require_keeper(user)
    form = NewMappingForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = create_mapping(actor=user, laboratory=user.organisation, **form.cleaned_data)  # type: ignore[arg-type]
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("The mapping was added with LOINC and UCUM. Add what is your own."))
                return redirect("integrations:mapping", made.pk)
    return render(request, "integrations/new_mapping.html", {"form": form}, status=status)


@overseers_only
@require_GET
def mapping(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a version of a mapping, the newest if none is named, and the list of all."""
    user = signed_in(request)
    found = mapping_for(user, pk)
    versions = list(found.versions.select_related("saved_by"))
    shown = chosen_version(versions, request.GET.get("version", ""))
    record(actor=user, action=Action.VIEW, target=found, after={"version": shown.number})
    context = {
        "mapping": found,
        "versions": versions,
        "shown": shown,
        "newest": versions[0],
        "in_force": found.version_at(timezone.now()),
        "tables": tables_of(shown.rows),
        "connections": found.connections.order_by("name"),
        "may_connect": may_connect(user),
    }
    return render(request, "integrations/mapping.html", context)


@overseers_only
@require_GET
def compare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show row by row what a version says otherwise than another; the newest and the one before if none is named."""
    user = signed_in(request)
    found = mapping_for(user, pk)
    versions = list(found.versions.select_related("saved_by"))
    newer = chosen_version(versions, request.GET.get("newer", ""))
    older = chosen_version(versions, request.GET.get("older", "") or str(max(newer.number - 1, 1)))
    record(actor=user, action=Action.VIEW, target=found, after={"compared": [older.number, newer.number]})
    context = {
        "mapping": found,
        "versions": versions,
        "older": older,
        "newer": newer,
        "differences": [
            {"difference": one, "table": TITLES[one.table], "labels": MEMBERS}
            for one in differences(older.rows, newer.rows)
        ],
        "labels": MEMBERS,
    }
    return render(request, "integrations/compare.html", context)


@overseers_only
@require_GET
def table_file(request: HttpRequest, pk: UUID, number: int, table: str) -> HttpResponse:
    """Hand out one table of a version as a CSV file, to be changed and sent back."""
    user = signed_in(request)
    found = mapping_for(user, pk)
    if table not in TABLES:
        raise Http404
    version = get_object_or_404(MappingVersion, mapping=found, number=number)
    record(actor=user, action=Action.EXPORT, target=found, after={"table": table, "version": number})
    return csv_file(table_lines(version.rows, table), name=f"{table}-{number}.csv")


def tables_of(rows: Rows) -> list[dict[str, Any]]:
    """Return the tables as pages show them."""
    return [
        {
            "name": name,
            "title": TITLES[name],
            "hint": HINTS[name],
            "heads": [MEMBERS[member] for member in members],
            "rows": [[(MEMBERS[member], row.get(member, "")) for member in members] for row in rows.get(name, [])],
        }
        for name, members in TABLES.items()
    ]


def compare_address(found: Mapping, version: MappingVersion) -> str:
    """Return where a version is compared with the one before."""
    address = reverse("integrations:compare_mapping", args=[found.pk])
    return f"{address}?older={version.number - 1}&newer={version.number}"


def chosen_version(versions: list[MappingVersion], number: str) -> MappingVersion:
    """Return the version of that number, the newest where none is named; raises `Http404`."""
    if not number:
        return versions[0]
    found = next((version for version in versions if str(version.number) == number), None)
    if found is None:
        raise Http404
    return found
