"""What the model says of a picture, followed until it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hematovision.errors import DomainError
from sandbox.models import HeatMap
from sandbox.presenters import cell_row, result_context
from sandbox.services import keep_own_labels, request_heat_map
from sandbox.views.page import cell_or_404, for_those_who_may_try, picture_or_404

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest


@never_cache
@for_those_who_may_try
@require_safe
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The picture with its cells; while a worker is at it, a page that asks again, by itself without scripts too."""
    tried = picture_or_404(request, pk)
    drawn = {each.number: each for each in tried.heat_maps.all()}
    context = result_context(tried, request.user)
    for row in context["cells"]:
        row["heat_map"] = drawn.get(row["number"])
    return render(request, "sandbox/result.html", context)


@never_cache
@for_those_who_may_try
@require_safe
def live(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it is, or have the page loaded anew when there is an answer."""
    tried = picture_or_404(request, pk)
    answer = render(request, "sandbox/partials/progress.html", {"tried": tried})
    if not tried.is_under_way:
        answer.headers["HX-Refresh"] = "true"
    return answer


@for_those_who_may_try
@require_POST
def own_labels(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what the sender calls the cells, and show what the model says beside it."""
    tried = picture_or_404(request, pk)
    numbers = range(1, len(tried.cells) + 1)
    given = {number: request.POST[f"cell-{number}"] for number in numbers if request.POST.get(f"cell-{number}")}
    try:
        keep_own_labels(tried=tried, labels=given)
    except DomainError as error:
        context = result_context(tried, request.user) | {"refusal": error.sentence}
        return render(request, "sandbox/result.html", context, status=error.status)
    return redirect(f"{reverse('sandbox:result', args=[pk])}#cells")


@never_cache
@for_those_who_may_try
@require_http_methods(["GET", "HEAD", "POST"])
def heat(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """The heat map of a cell as a piece of the page: POST asks for it, GET follows it. Without scripts POST leads back."""
    tried = cell_or_404(request, pk, number)
    if request.method == "POST":
        drawn: HeatMap | None = request_heat_map(tried=tried, number=number)
        if "HX-Request" not in request.headers:
            return redirect(f"{reverse('sandbox:result', args=[pk])}#cell-{number}")
    else:
        drawn = tried.heat_maps.filter(number=number).first()
    row = cell_row(tried, number) | {"heat_map": drawn}
    return render(request, "sandbox/partials/heat.html", {"tried": tried, "cell": row})
