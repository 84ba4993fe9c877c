"""Switching a connection on and off, pausing it and going on: each asks once, with what it does to messages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from hematovision.errors import DomainError
from integrations.forms.connection import StateForm
from integrations.models import ConnectionState
from integrations.services.connections import pause, resume, switch_off, switch_on
from integrations.views.reach import connection_for

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from integrations.models import Connection

ASKS = {
    "switch_on": frozenset({"catches_up", "seen"}),
    "switch_off": frozenset({"reason"}),
    "pause": frozenset({"hours", "reason"}),
    "resume": frozenset[str](),
}


@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def change_state(request: HttpRequest, pk: UUID, step: str) -> HttpResponse:
    """Ask before a connection is switched on or off, paused or goes on; then do it."""
    user = signed_in(request)
    found = connection_for(user, pk, to_change=True)
    # What was shown is switched on: the page that led here says which version that was.
    seen = {"seen": request.GET.get("seen") or found.version}
    form = StateForm(request.POST if request.method == "POST" else None, asks=_asked(step, found), initial=seen)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                stored = _take(step, user, found, form.cleaned_data)
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _said(stored))
                return redirect("integrations:connection", stored.pk)
    context = {"form": form, "connection": found, "step": step, "is_own": found.saved_by_id == user.pk}
    return render(request, "integrations/change_state.html", context, status=status)


def _asked(step: str, found: Connection) -> frozenset[str]:
    """What a step asks: a connection that was never on has nothing to make up for."""
    has_something = step != "switch_on" or (found.began_at and found.is_outgoing)
    return ASKS[step] if has_something else ASKS[step] - {"catches_up"}


def _take(step: str, user: User, found: Connection, said: dict[str, Any]) -> Connection:
    if step == "switch_on":
        catches_up = said.get("catches_up", True)
        return switch_on(actor=user, connection=found, catches_up=catches_up, seen=said["seen"])
    if step == "switch_off":
        return switch_off(actor=user, connection=found, reason=said["reason"])
    if step == "pause":
        until = timezone.now() + dt.timedelta(hours=said["hours"])
        return pause(actor=user, connection=found, until=until, reason=said["reason"])
    return resume(actor=user, connection=found)


def _said(stored: Connection) -> str:
    name = {"name": stored.name}
    if stored.state == ConnectionState.ON:
        return _("%(name)s is on.") % name
    if stored.state == ConnectionState.PAUSED:
        return _("%(name)s is paused. Messages wait until then.") % name
    return _("%(name)s is off.") % name
