"""The messages of a laboratory: the list, and one of them with its fields, its attempts and what changed since the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from cases.models import Case
from hematovision.paging import CappedPaginator, rows_of
from integrations.forms.message_filters import STATES, MessageFilters
from integrations.models import Connection, Message
from integrations.permissions import may_connect
from integrations.presenters.message import shown, told_otherwise, version_before
from integrations.views.reach import message_for

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.models import User

MESSAGES_PER_PAGE = 50


@overseers_only
@require_GET
def messages_page(request: HttpRequest) -> HttpResponse:
    """Show one line a message, newest first, filters in the address. No body is opened."""
    user = signed_in(request)
    filters = MessageFilters.from_query(request.GET)
    found = filters.apply(Message.objects.visible_to(user))
    page = CappedPaginator(found.values_list("pk", flat=True), MESSAGES_PER_PAGE).get_page(request.GET.get("page"))
    rows = Message.objects.select_related("connection", "case").defer("body", "facts", "answer")
    listed = rows_of(page, rows)
    record(actor=user, action=Action.VIEW, object_type="integrations.message", after={"listed": len(listed)})
    context = {
        "filters": filters,
        "connections": Connection.objects.visible_to(user),
        "states": [(key, label) for key, (label, _) in STATES.items()],
        "page": page,
        "messages_listed": listed,
    }
    return render(request, "integrations/messages.html", context)


@never_cache
@overseers_only
@require_GET
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show one message with its body, which is a view of the record of its patient."""
    user = signed_in(request)
    found = message_for(user, message_id)
    _note(user, found, Action.VIEW)
    body = shown(found)
    before = version_before(found)
    context = {
        "message": found,
        **body,
        "before": before,
        "otherwise": told_otherwise(found, before, body["segments"]) if before is not None else None,
        "attempts": found.attempts.order_by("-number"),
        "repeats": found.replays.order_by("id"),
        "shows_case": found.case_id is not None and Case.objects.visible_to(user).filter(pk=found.case_id).exists(),
        "may_connect": may_connect(user),
    }
    return render(request, "integrations/message.html", context)


@never_cache
@overseers_only
@require_GET
def message_bytes(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Hand out the bytes of a message as they were sent or came."""
    user = signed_in(request)
    found = message_for(user, message_id)
    if not found.body:
        raise Http404
    _note(user, found, Action.DOWNLOAD)
    answer = HttpResponse(found.content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="message-{found.message_id}.bin"'
    return answer


def _note(user: User, found: Message, action: Action) -> None:
    patient = found.patient_id or (found.case.patient_id if found.case is not None else None)
    record(actor=user, action=action, target=found, patient_id=patient, laboratory_id=found.connection.laboratory_id)
