"""What a clinic sees first: what it has to do, what it waits for, what has come, and what is done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import render
from django.utils import timezone

from cases.models import Case, FieldReturn
from cases.permissions import may_write_cases
from cases.services.audit_trail import record_list
from cases.states import CLOSED_STATES, CaseState
from consult.models import ClinicThread
from inbox.models import Delivery
from inbox.selectors import with_what_a_line_shows
from oversight.selectors.turnaround import ahead_of, usual_of
from workbench.selectors import waiting_orders

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.models import User
    from accounts.requests import AuthenticatedRequest
    from cases.models import CaseQuerySet

_AT_THE_LABORATORY = frozenset({CaseState.SUBMITTED, CaseState.ANALYSING, CaseState.READY, CaseState.IN_REVIEW})
_MOST_LISTED = 20
_MOST_DONE = 5
_SENT_AGAIN_WITHIN = timedelta(days=30)


def clinic_home(request: AuthenticatedRequest) -> HttpResponse:
    """Show the cases of a clinic in four groups, each with a way to all of it."""
    visible = Case.objects.visible_to(request.user)
    again = Case.objects.filter(resubmission_of=OuterRef("pk")).exclude(state=CaseState.CANCELLED)
    to_send_again = Q(state=CaseState.REJECTED, rejection__at__gte=timezone.now() - _SENT_AGAIN_WITHIN) & ~Exists(again)
    to_take_again = Exists(FieldReturn.objects.waiting().filter(image__case=OuterRef("pk")))
    to_answer = Exists(ClinicThread.objects.waiting_for_clinic().filter(case=OuterRef("pk")))
    unfinished = visible.filter(Q(state=CaseState.DRAFT) | to_send_again | to_take_again | to_answer)
    unfinished = unfinished.annotate(takes_again=to_take_again, is_asked=to_answer)
    # What was rejected first: somebody waits for it longer.
    to_finish = _lines(unfinished.order_by("-state", "-created_at", "id"), request.user)
    at_the_laboratory = visible.filter(state__in=_AT_THE_LABORATORY).exclude(to_take_again | to_answer)
    sent = _lines(at_the_laboratory.most_pressing_first(), request.user)
    waiting = Delivery.objects.received_by(request.user).waiting()
    to_read = list(with_what_a_line_shows(waiting).most_pressing_first()[: _MOST_LISTED + 1])
    unread = waiting.filter(case=OuterRef("pk"))
    closed = visible.filter(state__in=CLOSED_STATES).exclude(to_send_again | to_answer)
    done = closed.exclude(Exists(unread)).order_by("-created_at", "id").select_related("patient")
    done_lines = list(done[:_MOST_DONE])
    usual, ahead = usual_of(sent), ahead_of(sent)
    context = {
        "to_finish": to_finish[:_MOST_LISTED],
        "more_to_finish": len(to_finish) > _MOST_LISTED,
        "sent": [
            {"case": case, "usual": usual.get(case.pk), "ahead": ahead.get(case.pk)} for case in sent[:_MOST_LISTED]
        ],
        "more_sent": len(sent) > _MOST_LISTED,
        "to_read": to_read[:_MOST_LISTED],
        "more_to_read": len(to_read) > _MOST_LISTED,
        "done": done_lines,
        "may_create": may_write_cases(request.user),
        "waiting_orders": waiting_orders(request.user),
    }
    listed = len(to_finish[:_MOST_LISTED]) + len(sent[:_MOST_LISTED]) + len(done_lines)
    record_list(actor=request.user, object_type="cases.case", count=listed)
    response = render(request, "workbench/clinic_home.html", context)
    # From here on the browser says how slow it found the line: see `wants_little_data`.
    response.headers["Accept-CH"] = "ECT"
    return response


def _lines(cases: CaseQuerySet, user: User) -> list[Case]:
    """Return the first cases of a group and one more, which tells that there are others."""
    return list(cases.with_counts(user).select_related("patient", "laboratory")[: _MOST_LISTED + 1])
