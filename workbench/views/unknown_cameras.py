"""What a laboratory decides about cameras that a model does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import Organisation, OrganisationKind
from accounts.services import update_organisation
from hematovision.errors import DomainError
from workbench.forms import UnknownCameraForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.models import User
    from accounts.requests import AuthenticatedRequest

_ADMINISTRATORS_ONLY = _("The administrators of a laboratory decide about unknown cameras.")


def administered_laboratory(user: User) -> Organisation | None:
    """Return the laboratory that `user` works at and administers, else None."""
    if user.organisation_id is None:
        return None
    laboratories = Organisation.objects.administered_by(user).filter(kind=OrganisationKind.LABORATORY)
    return laboratories.filter(pk=user.organisation_id).first()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def unknown_cameras(request: AuthenticatedRequest) -> HttpResponse:
    """Ask what becomes of a model's names on a camera it does not know, and save it for the whole laboratory."""
    laboratory = administered_laboratory(request.user)
    if laboratory is None:
        raise PermissionDenied(_ADMINISTRATORS_ONLY)
    status = 200
    if request.method == "POST":
        form = UnknownCameraForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                update_organisation(
                    actor=request.user,
                    organisation=laboratory,
                    name=laboratory.name,
                    is_active=laboratory.is_active,
                    unknown_camera=form.cleaned_data["rule"],
                )
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, gettext("The rule for unknown cameras was saved."))
                return redirect("workbench:microscopes")
    else:
        form = UnknownCameraForm(initial={"rule": laboratory.unknown_camera})
    return render(request, "workbench/unknown_cameras.html", {"form": form, "laboratory": laboratory}, status=status)
