"""The secret of a webhook: made, exchanged, retired; and a test that shows whether a message arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from hematovision.errors import DomainError
from integrations.models import ConnectionKind
from integrations.services.webhooks import renew_secret, retire_former_secret, send_test
from integrations.views.reach import connection_for

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from integrations.models import Connection


@never_cache
@overseers_only
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_secret(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say which secrets sign; a new one is shown in the answer that makes it, and never again."""
    user = signed_in(request)
    found = _webhook(user, pk)
    context: dict[str, Any] = {"connection": found}
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("do") == "retire":
                retire_former_secret(actor=user, connection=found)
                messages.success(request, _("The former secret is retired."))
                return redirect("integrations:webhook_secret", found.pk)
            context["secret"] = renew_secret(actor=user, connection=found)
        except DomainError as error:
            context["problem"], status = error.sentence, error.status
        found.refresh_from_db()
    return render(request, "integrations/webhook_secret.html", context, status=status)


@overseers_only
@require_POST
def webhook_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Queue a message that tells of nothing, and show what becomes of it."""
    user = signed_in(request)
    found = _webhook(user, pk)
    try:
        made = send_test(actor=user, connection=found)
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect("integrations:connection", found.pk)
    return redirect("integrations:message", made.message_id)


def _webhook(user: User, pk: UUID) -> Connection:
    found = connection_for(user, pk, to_change=True)
    if found.kind != ConnectionKind.WEBHOOK:
        raise Http404
    return found
