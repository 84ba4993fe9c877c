"""Where teaching begins: classes, sets, and what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import signed_in
from education.forms.student_groups import GroupForm
from education.presenters.teach import teach_context
from education.services.assignments import withdraw_assignment
from education.services.student_groups import make_group
from education.views.teachers import found, teachers_only
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@teachers_only
@require_safe
def teach(request: HttpRequest) -> HttpResponse:
    """Show the classes, sets and assignments of the laboratory."""
    return _page(request, GroupForm())


@teachers_only
@require_POST
def new_class(request: HttpRequest) -> HttpResponse:
    """Make a class."""
    form = GroupForm(request.POST)
    if form.is_valid():
        try:
            group = make_group(actor=signed_in(request), name=form.cleaned_data["name"])
        except DomainError as error:
            form.refuse(error, field="name")
        else:
            return redirect("education:class", group.pk)
    return _page(request, form, status=422)


@teachers_only
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back what was given."""
    with found():
        withdraw_assignment(actor=signed_in(request), pk=pk)
    messages.success(request, _("Withdrawn. It is not shown as given any more."))
    return redirect("education:teach")


def _page(request: HttpRequest, form: GroupForm, status: int = 200) -> HttpResponse:
    context = teach_context(signed_in(request)) | {"form": form}
    return render(request, "education/teach.html", context, status=status)
