"""A pathologist's own agreement: with the model, beside all reviewers of the laboratory, and with colleagues."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Role
from accounts.requests import signed_in
from oversight.forms import AgreementFilter
from oversight.selectors.opinions import agreement_with_colleagues
from oversight.views.agreement import Place, figures
from oversight.views.agreement_cells import cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

MINE = Place("oversight:my_agreement", "oversight:my_agreement_cells", own=True)
_Rest = ParamSpec("_Rest")


def pathologists_only(
    view: Callable[Concatenate[HttpRequest, _Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponse]:
    """Let pathologists through, send strangers to sign in, and refuse everybody else."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponse:
        if signed_in(request).role != Role.PATHOLOGIST:
            raise PermissionDenied(_("Only reviewers have an agreement of their own."))
        return view(request, *args, **kwargs)

    return never_cache(guarded)


@pathologists_only
@require_GET
def my_agreement(request: HttpRequest) -> HttpResponse:
    """Show the reviewer their own figures, and those of all reviewers of the laboratory together."""
    user = signed_in(request)
    form = AgreementFilter(request.GET, user=user, own=True)
    context = figures(request, form, MINE)
    context["colleagues"] = agreement_with_colleagues(user)
    return render(request, "oversight/my_agreement.html", context)


@pathologists_only
@require_GET
def my_agreement_cells(request: HttpRequest) -> HttpResponse:
    """Show the reviewer the cells behind one of their figures."""
    form = AgreementFilter(request.GET, user=signed_in(request), own=True)
    return render(request, "oversight/agreement_cells.html", cells(request, form, MINE))
