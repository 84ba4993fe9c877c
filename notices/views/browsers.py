"""In which browsers a person is told, and when not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hematovision.errors import DomainError
from notices.forms import PushEndpointForm, QuietHoursForm
from notices.models import PushEndpoint
from notices.services import let_browser_go, preference_of, set_quiet_hours, take_up_browser

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import AuthenticatedRequest


@login_required
@require_POST
def take_up(request: AuthenticatedRequest) -> HttpResponse:
    """Tell this person in this browser from now on: 204, or what is wrong in a sentence for the page's script."""
    form = PushEndpointForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"detail": _("The browser gave no usable address.")}, status=400)
    try:
        take_up_browser(actor=request.user, browser=request.headers.get("User-Agent", ""), **form.cleaned_data)
    except DomainError as error:
        return JsonResponse({"detail": error.sentence}, status=error.status)
    return HttpResponse(status=204)


@login_required
@require_POST
def remove(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Tell this person in one of their browsers no more."""
    endpoint = get_object_or_404(PushEndpoint.objects.visible_to(request.user), pk=pk)
    let_browser_go(actor=request.user, endpoint=endpoint)
    messages.success(request, _("You are not told in this browser any more."))
    return redirect("notices:list")


@login_required
@require_POST
def choose_quiet_hours(request: AuthenticatedRequest) -> HttpResponse:
    """Save the quiet hours."""
    form = QuietHoursForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write times as 22:00."))
        return redirect("notices:list")
    hours = form.cleaned_data
    try:
        set_quiet_hours(
            actor=request.user,
            begin=hours["quiet_from"],
            end=hours["quiet_until"],
            time_zone=hours["time_zone"] or preference_of(request.user).time_zone,
        )
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("The quiet hours are saved."))
    return redirect("notices:list")
