"""The pages of a class: its people and their figures, its code, its list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import signed_in
from audit.models import Action
from audit.services import record
from education.forms.student_groups import GroupForm, ListForm
from education.models import StudentGroup
from education.presenters.student_groups import expected_context, group_context, group_rows
from education.selectors.student_groups import figures_of
from education.services.class_invitations import invite_again
from education.services.class_lists import read_list, take_list
from education.services.join_codes import make_code, withdraw_code
from education.services.student_groups import close_group, remove_member, rename_group
from education.views.teachers import found, teachers_only
from hematovision.csv_export import csv_file
from hematovision.errors import Conflict, DomainError

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest


@never_cache
@teachers_only
@require_safe
def class_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show who is in a class and what they know."""
    return _page(request, pk)


@teachers_only
@require_POST
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a class another name."""
    form = GroupForm(request.POST)
    if form.is_valid():
        try:
            with found():
                rename_group(actor=signed_in(request), pk=pk, name=form.cleaned_data["name"])
        except DomainError as error:
            form.refuse(error, field="name")
        else:
            return redirect("education:class", pk)
    return _page(request, pk, form=form, status=422)


@teachers_only
@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a class."""
    return _act(request, pk, lambda: close_group(actor=signed_in(request), pk=pk), _("The class is closed."))


@teachers_only
@require_POST
def code(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a code by which people join."""
    return _act(request, pk, lambda: make_code(actor=signed_in(request), pk=pk), "")


@teachers_only
@require_POST
def no_code(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw the code."""
    done = _("The code is withdrawn. Nobody joins by it any more.")
    return _act(request, pk, lambda: withdraw_code(actor=signed_in(request), pk=pk), done)


@teachers_only
@require_POST
def remove(request: HttpRequest, pk: UUID, person: UUID) -> HttpResponse:
    """Take somebody out of a class."""
    done = _("They are not in the class any more. What they answered stays theirs.")
    return _act(request, pk, lambda: remove_member(actor=signed_in(request), pk=pk, person=person), done)


@never_cache
@teachers_only
@require_http_methods(["GET", "HEAD", "POST"])
def class_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what a list would do, and then do it."""
    teacher, group = signed_in(request), _group(request, pk)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    context: dict[str, Any] = {"group": group, "form": form}
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            if request.POST.get("send"):
                with found():
                    rows = take_list(actor=teacher, pk=pk, text=text)
                _tell(request, [row.fate for row in rows])
                return redirect("education:class", pk)
            rows = read_list(actor=teacher, group=group, text=text)
        except DomainError as error:
            form.refuse(error)
        else:
            refused = sum(row.fate == "refused" for row in rows)
            new = sum(row.fate in {"enters", "invited", "expected"} for row in rows)
            context |= {"rows": rows, "text": text, "refused": refused, "new": new}
    return render(request, "education/class_list.html", context, status=422 if form.errors else 200)


@never_cache
@teachers_only
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what became of the invitations of a class, or send one again, or those that failed."""
    if request.method == "POST":
        email, done = request.POST.get("email", ""), _("What was asked for is being sent again.")
        return _act(request, pk, lambda: invite_again(actor=signed_in(request), pk=pk, email=email), done)
    return render(request, "education/partials/expected.html", expected_context(_group(request, pk)))


@teachers_only
@require_safe
def class_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the figures of a class as CSV. They have names, so that the export is on record."""
    group = _group(request, pk)
    figures = figures_of(group, timezone.now())
    record(actor=signed_in(request), action=Action.EXPORT, target=group, laboratory_id=group.laboratory_id)
    return csv_file(group_rows(figures), name="class.csv")


def _act(request: HttpRequest, pk: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        with found():
            act()
    except Conflict as error:
        return _page(request, pk, refusal=error.sentence, status=error.status)
    if done:
        messages.success(request, done)
    return redirect("education:class", pk)


def _group(request: HttpRequest, pk: UUID) -> StudentGroup:
    group = StudentGroup.objects.taught_by(signed_in(request)).filter(pk=pk).first()
    if group is None:
        raise Http404
    return group


def _page(
    request: HttpRequest, pk: UUID, *, form: GroupForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    group = _group(request, pk)
    context = group_context(group, signed_in(request))
    context |= {"form": form or GroupForm(initial={"name": group.name}), "refusal": refusal}
    return render(request, "education/class.html", context, status=status)


def _tell(request: HttpRequest, fates: list[str]) -> None:
    said = _("Taken: %(entered)s came in, %(invited)s are being invited by e-mail.") % {
        "entered": fates.count("enters"),
        "invited": fates.count("invited") + fates.count("expected"),
    }
    messages.success(request, said)
