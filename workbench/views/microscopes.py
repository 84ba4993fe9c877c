"""The microscopes of an organisation: list, one of them, add, change, retire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Role
from audit.models import Action
from audit.services import record
from cases.models import SmearImage
from hematovision.errors import DomainError
from microscopes.models import Microscope
from microscopes.permissions import NOT_AN_ADMINISTRATOR, may_manage, may_manage_those_of
from microscopes.selectors import kept_by
from microscopes.services import (
    add_microscope,
    change_microscope,
    reinstate_microscope,
    retire_microscope,
)
from workbench.forms import MicroscopeForm
from workbench.presenters.camera_figures import camera_figures
from workbench.views.unknown_cameras import administered_laboratory

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_GET
def microscopes(request: AuthenticatedRequest) -> HttpResponse:
    """Show the microscopes the person may see, those in use first, each with its scale and how many fields it took."""
    if request.user.role == Role.STUDENT:
        raise PermissionDenied(_("Microscopes are shown to the people of clinics and laboratories."))
    found = list(
        Microscope.objects.visible_to(request.user)
        .select_related("organisation")
        .annotate(field_count=Count("images"), newest=Max("images__uploaded_at"))
    )
    record(actor=request.user, action=Action.VIEW, object_type="microscopes.microscope", after={"listed": len(found)})
    context = {
        "microscopes": found,
        "may_manage": may_manage(request.user),
        "laboratory": administered_laboratory(request.user),
    }
    return render(request, "workbench/microscopes.html", context)


@login_required
@require_GET
def microscope(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show one microscope: what it is, its scale, and what was taken with it."""
    found = _visible(request, pk)
    record(actor=request.user, action=Action.VIEW, target=found)
    fields = SmearImage.objects.filter(microscope=found).visible_to(request.user)
    standings = list(found.standings.select_related("model_version").order_by("-since"))
    context = {
        "microscope": found,
        "field_count": fields.count(),
        "case_count": fields.order_by().values("case").distinct().count(),
        "newest": fields.aggregate(newest=Max("uploaded_at"))["newest"],
        "standings": standings,
        "figures": camera_figures(found, standings, request.user),
        "may_manage": may_manage_those_of(request.user, found.organisation),
    }
    return render(request, "workbench/microscope.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_microscope(request: AuthenticatedRequest) -> HttpResponse:
    """Ask what the microscope is, and add it."""
    organisations = kept_by(request.user)
    if not organisations:
        raise PermissionDenied(NOT_AN_ADMINISTRATOR)
    status = 200
    if request.method == "POST":
        form = MicroscopeForm(request.POST, organisations=organisations)
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            place = {str(one.pk): one for one in organisations}[values.pop("organisation")]
            try:
                added = add_microscope(actor=request.user, organisation=place, **values)
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                done = _("%(name)s was added: images of %(place)s can be assigned to it.")
                messages.success(request, done % {"name": added.name, "place": place.name})
                return redirect("workbench:microscope", added.pk)
    else:
        form = MicroscopeForm(organisations=organisations)
    return render(request, "workbench/edit_microscope.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_microscope(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show what is known of a microscope to be changed, and save it."""
    found = _visible(request, pk)
    _require_manager(request, found)
    status = 200
    if request.method == "POST":
        form = MicroscopeForm(request.POST, microscope=found)
        status = 422
        if form.is_valid():
            try:
                change_microscope(actor=request.user, microscope=found, **form.cleaned_data)
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("The microscope was saved."))
                return redirect("workbench:microscope", found.pk)
    else:
        form = MicroscopeForm(microscope=found)
    return render(request, "workbench/edit_microscope.html", {"form": form, "microscope": found}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def microscope_use(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask before a microscope is retired, then retire it; or bring a retired one back."""
    found = _visible(request, pk)
    _require_manager(request, found)
    if request.method == "POST":
        step = retire_microscope if found.is_active else reinstate_microscope
        stored = step(actor=request.user, microscope=found)
        done = _("%(name)s is in use again.") if stored.is_active else _("%(name)s is retired.")
        messages.success(request, done % {"name": stored.name})
        return redirect("workbench:microscope", found.pk)
    return render(request, "workbench/microscope_use.html", {"microscope": found})


def _visible(request: AuthenticatedRequest, pk: UUID) -> Microscope:
    found: Any = Microscope.objects.visible_to(request.user).select_related("organisation__refers_to")
    microscope_: Microscope = get_object_or_404(found, pk=pk)
    return microscope_


def _require_manager(request: AuthenticatedRequest, microscope_: Microscope) -> None:
    if not may_manage_those_of(request.user, microscope_.organisation):
        raise PermissionDenied(NOT_AN_ADMINISTRATOR)
