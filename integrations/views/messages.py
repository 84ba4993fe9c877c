"""The messages of a laboratory: the list, and one of them with its fields, its attempts and what changed since the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import overseers_only
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from cases.models import Case, Patient
from hematovision.errors import DomainError
from hematovision.paging import CappedPaginator, rows_of
from integrations.forms.message import AnswerForm, HandledForm
from integrations.forms.message_filters import STATES, MessageFilters
from integrations.models import (
    STUCK_STATES,
    WAITING_STATES,
    Connection,
    ConnectionState,
    Direction,
    Message,
    MessageState,
)
from integrations.permissions import may_connect
from integrations.presenters.message import said_by_a_person, shown, told_otherwise, version_before, waits_behind
from integrations.services.held_questions import answer_question
from integrations.services.resending import mark_handled, send_again
from integrations.views.reach import message_for

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.models import User
    from hematovision.forms import DescribedForm

MESSAGES_PER_PAGE = 50


@overseers_only
@require_GET
def messages_page(request: HttpRequest) -> HttpResponse:
    """Show one line a message, newest first, filters in the address. No body is opened."""
    user = signed_in(request)
    filters = MessageFilters.from_query(request.GET)
    found = filters.apply(Message.objects.visible_to(user), user.organisation)
    page = CappedPaginator(found.values_list("pk", flat=True), MESSAGES_PER_PAGE).get_page(request.GET.get("page"))
    rows = Message.objects.select_related("connection", "case", "order").defer("body", "facts", "answer")
    listed = rows_of(page, rows)
    record(actor=user, action=Action.VIEW, object_type="integrations.message", after={"listed": len(listed)})
    context = {
        "filters": filters,
        "connections": Connection.objects.visible_to(user),
        "states": [(key, label) for key, (label, _states) in STATES.items()],
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
    return _show(request, user, message_for(user, message_id))


@never_cache
@overseers_only
@require_POST
def send_message_again(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Make the message anew and have it sent."""
    user = signed_in(request)
    found = message_for(user, message_id, to_change=True)
    try:
        made = send_again(actor=user, message=found)
    except DomainError as error:
        return _show(request, user, found, status=error.status, refusal=error.sentence)
    messages.success(request, _("A new message was made of the same report. It goes as soon as the receiver takes it."))
    return redirect("integrations:message", made.message_id)


@never_cache
@overseers_only
@require_POST
def mark_message_handled(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Note how the receiver was told by other means; what waited behind the message goes on."""
    user = signed_in(request)
    found = message_for(user, message_id, to_change=True)
    form = HandledForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            mark_handled(actor=user, message=found, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error, field="reason")
            status = error.status
        else:
            messages.success(request, _("It is marked as handled. What waited behind it goes on."))
            return redirect("integrations:message", found.message_id)
    return _show(request, user, found, status=status, handled_form=form)


@never_cache
@overseers_only
@require_POST
def answer_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Answer what a held message asks: it is carried out, or refused."""
    user = signed_in(request)
    found = message_for(user, message_id, to_change=True)
    form = AnswerForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            answer_question(actor=user, message=found, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("The answer is on record."))
            return redirect("integrations:message", found.message_id)
    return _show(request, user, found, status=status, answer_form=form)


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


def _show(
    request: HttpRequest, user: User, found: Message, *, status: int = 200, refusal: str = "", **filled: DescribedForm
) -> HttpResponse:
    """Show a message with what may be done with it; `filled` are forms that were sent and refused."""
    _note(user, found, Action.VIEW)
    body = shown(found)
    before = version_before(found)
    if before is not None and before.patient_id != found.patient_id:
        # What is otherwise shows how the one before was addressed.
        _note(user, before, Action.VIEW)
    context = {
        "message": found,
        **body,
        "before": before,
        "otherwise": told_otherwise(found, before, body["segments"]) if before is not None else None,
        "attempts": found.attempts.order_by("-number"),
        "repeats": found.replays.order_by("id"),
        "shows_case": found.case_id is not None and Case.objects.visible_to(user).filter(pk=found.case_id).exists(),
        "shows_patient": found.patient_id is not None
        and Patient.objects.visible_to(user).filter(pk=found.patient_id).exists(),
        "said": said_by_a_person(found),
        "behind": waits_behind(found),
        "now": timezone.now(),
        "refusal": refusal,
        **_offered(user, found),
        **filled,
    }
    return render(request, "integrations/message.html", context, status=status)


def _offered(user: User, found: Message) -> dict[str, Any]:
    """Return what may be done with a message now: sent again, marked as handled, answered."""
    keeps, is_out = may_connect(user), found.direction == Direction.OUT
    # A test of a webhook tells of no event: another test is sent instead.
    goes_again = is_out and found.position > 0 and found.connection.state != ConnectionState.OFF
    is_over = found.state not in {*WAITING_STATES, MessageState.SUPERSEDED}
    return {
        "may_send_again": keeps and goes_again and is_over,
        "handled_form": HandledForm() if keeps and is_out and found.state in STUCK_STATES else None,
        "answer_form": AnswerForm() if keeps and not is_out and found.state == MessageState.HELD else None,
    }


def _note(user: User, found: Message, action: Action) -> None:
    patient = found.patient_id or (found.case.patient_id if found.case is not None else None)
    record(actor=user, action=action, target=found, patient_id=patient, laboratory_id=found.connection.laboratory_id)
