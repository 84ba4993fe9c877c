"""Join a class by its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from education.forms.student_groups import JoinForm
from education.models import StudentGroup
from education.permissions import may_learn
from education.services.join_codes import join
from education.services.student_groups import leave_group
from education.views.teachers import found
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join_page(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for the code, and bring whoever has one into its class."""
    if not may_learn(request.user):
        raise Http404
    form = JoinForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            group = join(actor=request.user, code=form.cleaned_data["code"])
        except DomainError as error:
            form.refuse(error, field="code")
            status = error.status
        else:
            messages.success(request, _("You are in the class %(name)s.") % {"name": group.name})
            return redirect("education:home")
    elif form.errors:
        status = 422
    context = {"form": form, "groups": StudentGroup.objects.with_member(request.user)}
    return render(request, "education/join.html", context, status=status)


@login_required
@require_POST
def leave(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Leave a class."""
    with found():
        group = leave_group(actor=request.user, pk=pk)
    messages.success(
        request, _("You are not in the class %(name)s any more. What you answered stays yours.") % {"name": group.name}
    )
    return redirect("education:join")
