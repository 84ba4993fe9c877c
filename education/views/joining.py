"""Join a class by its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from education.forms.student_groups import JoinForm
from education.permissions import may_learn
from education.services.join_codes import join
from hematovision.errors import DomainError

if TYPE_CHECKING:
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
    return render(request, "education/join.html", {"form": form}, status=status)
