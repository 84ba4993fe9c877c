"""The pages of an attempt: its question, what is told after the answer, its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from education.models import Attempt, AttemptState, MaterialState, SetKind
from education.presenters.question import feedback_context, question_context
from education.presenters.result import result_context
from education.selectors.owed import sealed_in
from education.services.answers import answer_item, show_next
from education.services.attempts import end_attempt, start_wrong_again
from hematovision.errors import DomainError, NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest

PART = "X-Part"
"""The header with which the script of the page asks for the part that it exchanges, in place of a whole page."""


@login_required
@require_safe
def attempt_page(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show the question to answer now; of an attempt that ended, its result."""
    if _own(request, pk).teaching_set.kind == SetKind.DIFFERENTIAL:
        return redirect("education:differential", pk)
    return _show_question(request, pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: AuthenticatedRequest, pk: UUID, position: int) -> HttpResponse:
    """Take the answer to a question, and show what is told after it."""
    if request.method == "POST":
        try:
            item = answer_item(actor=request.user, attempt=pk, position=position, label=request.POST.get("label", ""))
        except NotFound as error:
            raise Http404 from error
        except DomainError as error:
            return _refuse(request, pk, error)
        if item.skipped:
            messages.info(
                request, _("The last cell was recalled, or a test asks it now. It is left out of your marks.")
            )
        if PART not in request.headers:
            return redirect("education:question", pk, position)
    found = _mine(request, pk)
    answered = found.items.filter(position=position).exclude(answers=None)
    # Of a recalled cell nothing is shown any more, of one that a test asks nothing until it closes.
    item_told = answered.exclude(cell__state=MaterialState.RECALLED).select_related("cell").first()
    if item_told is not None and sealed_in(found, [item_told.cell]):
        item_told = None
    if item_told is None or not Attempt.objects.filter(pk=pk).told_at(timezone.now()).exists():
        # Who asks for the model's words alone is not led on to the next question: its time would begin unseen.
        if "HX-Request" in request.headers or not found.items.filter(position=position).exists():
            raise Http404
        return _show_question(request, pk) if PART in request.headers else redirect("education:attempt", pk)
    # The page asks by itself once for what was not there yet, not over and over.
    asks_again = "HX-Request" not in request.headers
    return _page(request, "feedback", feedback_context(found, item_told) | {"asks_again": asks_again})


@login_required
@require_POST
def end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give an attempt up."""
    found = _own(request, pk)
    try:
        end_attempt(actor=request.user, attempt=found)
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect("education:result", pk)
    messages.success(request, _("The attempt has ended. What you answered is kept."))
    return redirect("education:set", found.teaching_set_id)


@login_required
@require_safe
def result(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what came of an attempt that ended."""
    found = _own(request, pk)
    if found.teaching_set.kind == SetKind.DIFFERENTIAL:
        return redirect("education:differential_result", pk)
    if found.state == AttemptState.RUNNING:
        return redirect("education:attempt", pk)
    return render(request, "education/result.html", result_context(found))


@login_required
@require_POST
def wrong_again(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Begin an attempt with the wrong ones of one that ended."""
    found = _mine(request, pk)
    try:
        begun = start_wrong_again(actor=request.user, attempt=found)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        context = result_context(found) | {"refusal": error.sentence}
        return render(request, "education/result.html", context, status=error.status)
    return redirect("education:attempt", begun.pk)


def _mine(request: AuthenticatedRequest, pk: UUID) -> Attempt:
    found = _own(request, pk)
    if found.teaching_set.kind != SetKind.QUIZ:
        raise Http404
    return found


def _own(request: AuthenticatedRequest, pk: UUID) -> Attempt:
    found = Attempt.objects.of(request.user).select_related("teaching_set", "assignment").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _show_question(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    try:
        attempt, item = show_next(actor=request.user, attempt=pk)
    except NotFound as error:
        raise Http404 from error
    if item is None:
        return _to_result(request, pk)
    return _page(request, "question", question_context(attempt, item, request.user))


def _to_result(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    address = reverse("education:result", args=[pk])
    return JsonResponse({"location": address}) if PART in request.headers else redirect(address)


def _page(request: AuthenticatedRequest, part: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    template = f"education/partials/{part}.html" if PART in request.headers else "education/attempt.html"
    return render(request, template, context | {"part": part}, status=status)


def _refuse(request: AuthenticatedRequest, pk: UUID, error: DomainError) -> HttpResponse:
    if PART in request.headers:
        body = {"code": error.code, "sentence": error.sentence, **error.details}
        return JsonResponse(body, status=error.status)
    context: dict[str, Any] = {"refusal": error.sentence, "attempt": _mine(request, pk)}
    context["set"] = context["attempt"].teaching_set
    return _page(request, "refusal", context, status=error.status)
