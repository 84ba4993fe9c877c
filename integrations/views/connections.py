"""The connections of a laboratory: the list, one of them, adding and changing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.overseers import administrators_of
from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from hematovision.errors import DomainError
from integrations.forms.connection import ConnectionForm, KindForm
from integrations.kinds import SECRETS, SETTINGS, missing_settings
from integrations.models import Connection, ConnectionKind, ConnectionState, EventType, Message
from integrations.permissions import may_connect
from integrations.services.connections import change_connection, create_connection
from integrations.standing import standing
from integrations.views.reach import connection_for, require_keeper

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

LAST_MESSAGES = 10


@overseers_only
@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    """Show every connection and how it stands."""
    user = signed_in(request)
    found = list(standing(user))
    record(actor=user, action=Action.VIEW, object_type="integrations.connection", after={"listed": len(found)})
    context = {"connections": found, "may_connect": may_connect(user), "now": timezone.now()}
    return render(request, "integrations/connections.html", context)


@overseers_only
@require_GET
def connection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one connection: how it stands, its settings, what it still needs, its last messages."""
    user = signed_in(request)
    connection_for(user, pk)
    found = standing(user).select_related("laboratory").prefetch_related("clinics").get(pk=pk)
    record(actor=user, action=Action.VIEW, target=found)
    keeps, is_off = may_connect(user), found.state == ConnectionState.OFF
    last = Message.objects.filter(connection=found).select_related("case", "order")
    context = {
        "connection": found,
        "settings": _settings(found),
        "missing": list(missing_settings(found)) if is_off else [],
        "last": last.order_by("-id")[:LAST_MESSAGES],
        "stuck": last.stuck().order_by("id")[:LAST_MESSAGES],
        "may_connect": keeps,
        "may_switch_on": keeps and found.saved_by_id != user.pk,
        "is_alone": not administrators_of(found.laboratory_id).exclude(pk=found.saved_by_id).exists(),
        "now": timezone.now(),
    }
    return render(request, "integrations/connection.html", context)


@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_connection(request: HttpRequest) -> HttpResponse:
    """Ask for the kind, then for what that kind needs, and add the connection."""
    user = signed_in(request)
    require_keeper(user)
    kind = request.GET.get("kind", "")
    if kind not in SETTINGS:
        if kind:
            raise Http404
        return render(request, "integrations/new_connection.html", {"form": KindForm()})
    form = ConnectionForm(request.POST or None, user=user, kind=kind)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = create_connection(actor=user, laboratory=_laboratory(user), kind=kind, **_values(form))
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(
                    request,
                    _("%(name)s was added. It is off until another administrator switches it on.")
                    % {"name": made.name},
                )
                return redirect("integrations:connection", made.pk)
    context = {"form": form, "kind": ConnectionKind(kind).label}
    return render(request, "integrations/edit_connection.html", context, status=status)


@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit_connection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the settings to be changed, and save them: a connection in use is off afterwards."""
    user = signed_in(request)
    found = connection_for(user, pk, to_change=True)
    status = 200
    if request.method == "POST":
        form = ConnectionForm(request.POST, user=user, kind=found.kind, connection=found)
        status = 422
        if form.is_valid():
            try:
                stored = change_connection(
                    actor=user, connection=found, seen=form.cleaned_data["seen"] or 0, **_values(form)
                )
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _said_of_change(stored, found))
                return redirect("integrations:connection", stored.pk)
    else:
        form = ConnectionForm(user=user, kind=found.kind, connection=found)
    context = {"form": form, "connection": found, "kind": found.get_kind_display()}
    return render(request, "integrations/edit_connection.html", context, status=status)


def _said_of_change(stored: Connection, before: Connection) -> str:
    if stored.version == before.version:
        return _("Nothing was changed.")
    if before.state == ConnectionState.OFF:
        return _("The settings were saved. Another administrator switches the connection on.")
    return _("The settings were saved and the connection is off: another administrator checks them and switches it on.")


def _values(form: ConnectionForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "seen"}


def _laboratory(user: User) -> Any:
    return user.organisation


def _settings(found: Connection) -> list[dict[str, Any]]:
    """The settings as the page shows them, in the order of the form. Of a key only that there is one."""
    shown = []
    for name in SETTINGS[found.kind]:
        value = getattr(found, name)
        if name == "clinics":
            value = ", ".join(clinic.name for clinic in value.all()) or _("all of the laboratory")
        elif name == "networks":
            value = ", ".join(value)
        elif name == "event_types":
            value = ", ".join(str(EventType(kind).label) for kind in value) or _("all")
        elif name == "charset":
            value = found.get_charset_display()
        elif name.startswith("tls_") or name in SECRETS:
            value = _("stored") if value else ""
        elif isinstance(value, bool):
            value = _("yes") if value else _("no")
        shown.append({"name": name, "label": found.label_of(name), "value": value})
    return shown
