"""The downtime pack: reports that have not arrived, to be handed over by other means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from hematovision.errors import DomainError
from integrations.downtime import MOST_REPORTS, reports_for_pack, write_pack
from integrations.forms.reconciliation import PeriodForm
from integrations.models import Connection

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


@never_cache
@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def downtime(request: HttpRequest) -> HttpResponseBase:
    """Show the reports that have not arrived over a connection; POST hands out the pack."""
    user = signed_in(request)
    form = PeriodForm(request.POST if request.method == "POST" else request.GET, user=user)
    connection = form.chosen if form.is_valid() else None
    context: dict[str, Any] = {"form": form, "connection": connection, "most": MOST_REPORTS}
    status = 400 if form.errors else 200
    if connection is not None:
        if request.method == "POST":
            try:
                pack = write_pack(user, connection, form.period)
            except DomainError as error:
                context["problem"], status = error.sentence, error.status
            else:
                name = f"downtime-pack-{timezone.now():%Y-%m-%d-%H%M}.zip"
                return FileResponse(pack, as_attachment=True, filename=name)
        context["reports"] = reports_for_pack(user, connection, form.period)[: MOST_REPORTS + 1]
    record(actor=user, action=Action.VIEW, target=connection, object_type=Connection._meta.label_lower)
    return render(request, "integrations/downtime.html", context, status=status)
