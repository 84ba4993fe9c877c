"""The atlas: cells by class and by look-alike pair, a page for each class, two side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from education.forms.atlas import AtlasFilters
from education.presenters.atlas import atlas_context, class_context, compare_context
from education.teaching_classes import BY_CODE

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.requests import AuthenticatedRequest


@login_required
@require_safe
def atlas(request: AuthenticatedRequest) -> HttpResponse:
    """Show classes and pairs, or the cells that the filters leave."""
    filters = AtlasFilters.from_query(request.GET)
    return render(request, "education/atlas.html", atlas_context(request.user, filters, request.GET.get("page")))


@login_required
@require_safe
def class_page(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Show how a class looks."""
    if code not in BY_CODE:
        raise Http404
    return render(request, "education/atlas_class.html", class_context(request.user, code))


@login_required
@require_safe
def compare(request: AuthenticatedRequest) -> HttpResponse:
    """Show two classes, or two cells, side by side with the texts of both."""
    try:
        context = compare_context(request.user, request.GET.get("left", ""), request.GET.get("right", ""))
    except LookupError as error:
        raise Http404 from error
    return render(request, "education/compare.html", context)
