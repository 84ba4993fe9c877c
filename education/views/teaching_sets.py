"""The pages on which teachers make sets, open and close them, and give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import signed_in
from education.forms.teaching_sets import GiveForm, SetForm
from education.models import TeachingSet
from education.presenters.teaching_sets import cells_context, set_context
from education.selectors.owed import takes_test
from education.services.assignments import give_set
from education.services.teaching_sets import (
    ASKS,
    WRITTEN,
    change_set,
    close_set,
    is_answered,
    list_cells,
    make_set,
    open_set,
)
from education.teaching_classes import CODES
from education.views.teachers import found, teachers_only
from hematovision.errors import DomainError
from hematovision.forms import uuid_or_none

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest


@teachers_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_set(request: HttpRequest) -> HttpResponse:
    """Write a set. `classes` and `finer` in the address begin it, as the page of a class does."""
    if request.method == "POST":
        form = SetForm(request.POST)
        if form.is_valid():
            try:
                made = make_set(actor=signed_in(request), columns=form.cleaned_data)
            except DomainError as error:
                form.refuse(error)
            else:
                return redirect("education:teaching_set", made.pk)
    else:
        asked = [code for code in request.GET.getlist("classes") if code in CODES]
        form = SetForm(initial={"classes": asked, "finer": bool(request.GET.get("finer"))})
    return render(request, "education/set_form.html", {"form": form}, status=422 if form.errors else 200)


@teachers_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit_set(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a set anew."""
    teaching_set = _set(request, pk)
    answered = is_answered(teaching_set)
    initial = {name: getattr(teaching_set, name) for name in (*ASKS, *WRITTEN)}
    form = SetForm(request.POST if request.method == "POST" else None, answered=answered, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            with found():
                change_set(actor=signed_in(request), pk=pk, columns=form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            return redirect("education:teaching_set", pk)
    elif form.errors:
        status = 422
    context = {"form": form, "set": teaching_set, "answered": answered}
    return render(request, "education/set_form.html", context, status=status)


@teachers_only
@require_safe
def set_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a set asks, how an attempt could go, and to whom it is given."""
    return _page(request, pk)


@teachers_only
@require_http_methods(["GET", "HEAD", "POST"])
def cells(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the cells that a set lists, class by class."""
    teaching_set, code = _set(request, pk), request.GET.get("class", "")
    if takes_test(signed_in(request), teaching_set):
        raise PermissionDenied(
            _("You take this set as a proficiency test. Its cells are shown to you once it has closed.")
        )
    refusal, status = "", 200
    if request.method == "POST":
        try:
            with found():
                list_cells(
                    actor=signed_in(request),
                    pk=pk,
                    chosen=_ids(request.POST.getlist("cells")),
                    shown=_ids(request.POST.getlist("shown")),
                )
        except DomainError as error:
            refusal, status = error.sentence, error.status
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{request.path}?class={code}" if code in CODES else request.path)
    context = cells_context(teaching_set, signed_in(request), code) | {"refusal": refusal}
    return render(request, "education/set_cells.html", context, status=status)


@teachers_only
@require_POST
def open_(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a set be answered."""
    return _act(request, pk, lambda: open_set(actor=signed_in(request), pk=pk), _("The set is open."))


@teachers_only
@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a set."""
    return _act(request, pk, lambda: close_set(actor=signed_in(request), pk=pk), _("The set is closed."))


@teachers_only
@require_POST
def give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a set to a class or to people."""
    teacher = signed_in(request)
    form = GiveForm(request.POST, teacher=teacher)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            with found():
                give_set(
                    actor=teacher,
                    teaching_set=pk,
                    group=asked["group"],
                    people=list(asked["people"]),
                    due_at=asked["due_at"],
                )
        except DomainError as error:
            form.refuse(error)
            return _page(request, pk, form=form, status=error.status)
        messages.success(request, _("Given. It appears on the page Learn of those it is given to, and they are told."))
        return redirect("education:teaching_set", pk)
    return _page(request, pk, form=form, status=422)


def _act(request: HttpRequest, pk: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        with found():
            act()
    except DomainError as error:
        return _page(request, pk, refusal=error.sentence, status=error.status)
    messages.success(request, done)
    return redirect("education:teaching_set", pk)


def _set(request: HttpRequest, pk: UUID) -> TeachingSet:
    one = TeachingSet.objects.made_at(signed_in(request)).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _ids(texts: list[str]) -> list[UUID]:
    return [found_id for text in texts if (found_id := uuid_or_none(text)) is not None]


def _page(
    request: HttpRequest, pk: UUID, *, form: GiveForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    teacher = signed_in(request)
    context = set_context(_set(request, pk), teacher)
    context |= {"form": form or GiveForm(teacher=teacher), "refusal": refusal}
    return render(request, "education/teaching_set.html", context, status=status)
