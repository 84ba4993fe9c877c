"""The audit pages: read, export, verify, take a checkpoint away. Each of them is itself recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit import chain
from audit.forms import EventFilter
from audit.models import Action, AuditEvent, Outcome
from audit.services import newest_checkpoint, read_checkpoint, record, verify_chain
from audit.services.checkpoints import OBJECT_TYPE as CHECKPOINT
from hematovision.chunks import in_chunks
from hematovision.csv_export import csv_stream

if TYPE_CHECKING:
    from django.http import HttpRequest

    from audit.models.event import AuditEventQuerySet

PAGE = 50
_OBJECT_TYPE = "audit.auditevent"
_FORMS = frozenset({"csv", "jsonl"})

View = Callable[..., HttpResponse | StreamingHttpResponse]


def overseers_only(view: View) -> View:
    """Administrators and auditors of a laboratory, and the superuser; everybody else gets 403."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        user: Any = request.user
        if not (user.is_superuser or user.role in {"administrator", "auditor"}):
            raise PermissionDenied(_("The audit trail is read by administrators and auditors."))
        return view(request, *args, **kwargs)

    return never_cache(login_required(checked))


@overseers_only
@require_safe
def list_events(request: HttpRequest) -> HttpResponse:
    """One page of the audit trail, newest first. `?before=<id>` goes back in time."""
    form = EventFilter(request.GET)
    context = _page(request, form)
    if form.is_valid():
        _record_view(request, Action.SEARCH if form.asked() else Action.VIEW, form)
    return render(request, "audit/events.html", context, status=200 if form.is_valid() else 400)


@overseers_only
@require_safe
def export_events(request: HttpRequest, form: str) -> StreamingHttpResponse:
    """Everything that the filters ask for, oldest first, as `csv` or `jsonl`."""
    if form not in _FORMS:
        raise Http404
    asked = EventFilter(request.GET)
    if not asked.is_valid():
        raise Http404
    _record_view(request, Action.EXPORT, asked, format=form)
    events = _asked(request, asked).order_by("id")
    name = f"audit-{timezone.now():%Y%m%dT%H%M%SZ}.{form}"
    if form == "csv":
        return csv_stream(_csv_rows(events), name=name)
    response = StreamingHttpResponse(_json_lines(events), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@overseers_only
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and show what was found above the newest events."""
    result = verify_chain()
    record(
        actor=request.user,
        action=Action.VERIFY,
        object_type=_OBJECT_TYPE,
        outcome=Outcome.SUCCESS if result.intact else Outcome.FAILURE,
        reason=result.first_break.sentence if result.first_break else "",
        after={"checked": result.checked},
    )
    context = _page(request, EventFilter({}))
    return render(request, "audit/events.html", {**context, "verification": result})


@overseers_only
@require_safe
def download_checkpoint(request: HttpRequest, sequence: int) -> HttpResponse:
    """Hand out one signed checkpoint, to be kept outside this installation; it holds hashes and no names."""
    content = read_checkpoint(sequence)
    if content is None:
        raise Http404
    record(actor=request.user, action=Action.EXPORT, object_type=CHECKPOINT, object_id=str(sequence))
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="checkpoint-{sequence:06d}.json"'
    return response


def _asked(request: HttpRequest, form: EventFilter) -> AuditEventQuerySet:
    """The events of the valid `form` that the person may read: those of their laboratory, all for the superuser."""
    user: Any = request.user
    laboratory = None if user.is_superuser else getattr(user.laboratory, "pk", None)
    return form.narrow(AuditEvent.objects.visible_to(user), laboratory_id=laboratory)


def _page(request: HttpRequest, form: EventFilter) -> dict[str, Any]:
    """Template context: the form, at most `PAGE` events, and the way to the next page."""
    if not form.is_valid():
        return {"form": form, "events": [], "query": "", "checkpoint": newest_checkpoint()}
    # Without the cursor: exports and the next page carry the filters on.
    query = urlencode({name: form.data[name] for name in form.fields if form.data.get(name)})
    events = _asked(request, form)
    before = request.GET.get("before", "")
    # More digits than a 64-bit id has cannot be one.
    older = before.isascii() and before.isdecimal() and len(before) < 19
    if older:
        events = events.filter(pk__lt=int(before))
    rows = list(events.order_by("-id")[: PAGE + 1])
    following = rows[PAGE - 1].pk if len(rows) > PAGE else None
    return {
        "form": form,
        "events": rows[:PAGE],
        "query": query,
        "narrowed": bool(form.asked()),
        "older": following,
        "newest_shown": not older,
        "checkpoint": newest_checkpoint(),
    }


def _record_view(request: HttpRequest, action: Action, form: EventFilter, **details: str) -> None:
    record(
        actor=request.user,
        action=action,
        object_type=_OBJECT_TYPE,
        patient_id=form.cleaned_data.get("patient"),
        after={**form.asked(), **details},
    )


def _csv_rows(events: AuditEventQuerySet) -> Iterator[list[str]]:
    names = list(chain.FIELDS)
    yield names
    for event in in_chunks(events, by=("id",)):
        content = chain.content(event)
        yield [_cell(content[name]) for name in names]


def _json_lines(events: AuditEventQuerySet) -> Iterator[str]:
    for event in in_chunks(events, by=("id",)):
        yield json.dumps(chain.content(event), ensure_ascii=False) + "\n"


def _cell(value: Any) -> str:
    """Text of one CSV cell."""
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
