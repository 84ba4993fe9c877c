"""Where the model saw a class in one cell: ask for it, follow it, see the overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import signed_in
from cases.blinding import is_blinded, require_open
from cases.models import Cell
from cases.services.audit_trail import record_image_view
from cases.stored_files import open_made_of
from classifier.models import Explanation, ExplanationState
from classifier.selectors import current_prediction
from classifier.services.explanations import request_explanation
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def explanation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The explanation of a cell as a piece of a page; POST asks for it, GET follows it.

    `label` names the class whose evidence is shown; without it the model's own best class. Cells the person may
    not see answer 404.
    """
    user = signed_in(request)
    cell = _visible_cell(request, pk)
    if request.method == "POST":
        try:
            found: Explanation | None = request_explanation(actor=user, cell=cell, label=request.POST.get("label", ""))
        except DomainError as error:
            refused = {"sentence": error.sentence}
            return render(request, "classifier/explanation.html", refused, status=error.status)
    else:
        found = _latest(cell, request.GET.get("label", ""))
    return render(request, "classifier/explanation.html", {"cell": cell, "explanation": found})


@login_required
@require_safe
def explanation_picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The overlay as PNG, to those who may see the cell; 404 until it is drawn."""
    user = signed_in(request)
    cell = _visible_cell(request, pk)
    found = _latest(cell, request.GET.get("label", ""))
    if found is None or found.state != ExplanationState.DONE:
        raise Http404
    record_image_view(actor=user, image=cell.image, part="explanations")
    with open_made_of(cell.image, str(found.picture.name), _("The explanation")) as file:
        answer = HttpResponse(file.read(), content_type="image/png")
    answer["Cache-Control"] = "private, max-age=900"
    answer["Content-Disposition"] = "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _visible_cell(request: HttpRequest, pk: UUID) -> Cell:
    """The cell, if its explanation is for this person's eyes: a blinded reviewer first has to name it."""
    cells = Cell.objects.visible_to(request.user).select_related("image__case__laboratory")
    cell = get_object_or_404(cells, pk=pk)
    require_open(request.user, cell.image.case)
    if not cell.is_named and is_blinded(request.user, cell.image.case):
        raise Http404
    return cell


def _latest(cell: Cell, label: str) -> Explanation | None:
    """The newest explanation of what the current model said of the cell, for one class if `label` names one."""
    prediction = current_prediction(cell)
    if prediction is None:
        return None
    explanations = cell.explanations.filter(model_version=prediction.model_version_id).order_by("-requested_at")
    return (explanations.filter(label=label) if label else explanations).first()
