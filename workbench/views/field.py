"""One field of view at full size, with a box for every cell the model detected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.blinding import may_see_model_output
from cases.cell_classes import BY_CODE, CELL_CLASSES
from cases.models import Cell, LabelSource, SmearImage
from cases.permissions import is_open_to_change, is_read_only, may_change_details, may_review_cases, may_write_cases
from cases.quality import quality_verdict
from cases.selectors import remembered_scale, review_status, visible_image
from cases.services.audit_trail import record_view
from cases.states import ImageState
from classifier.selectors import camera_standing, output_for_image
from review.key_map import keys_of
from workbench.presenters.cameras import shown_cameras
from workbench.presenters.fields import class_counts

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.models import User
    from accounts.requests import AuthenticatedRequest
    from classifier.models import Prediction


@login_required
@require_GET
def field(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show a zoomable field, its cells as boxes and as a gallery, and everything known of the chosen one."""
    images = SmearImage.objects.select_related(
        "case__patient", "case__clinic", "case__laboratory", "case__owner", "microscope"
    )
    image = visible_image(request.user, pk, images)
    case = image.case
    if image.state == ImageState.TAKEN_OUT:
        reason = image.get_taken_out_reason_display()
        messages.info(request, _("This field was taken out: %(reason)s.") % {"reason": reason})
        return redirect("workbench:case", case.pk)
    if image.state == ImageState.RETURNED:
        messages.info(request, _("This field was sent back to the clinic."))
        return redirect(f"{reverse('workbench:case', args=[case.pk])}#sent-back")
    shows_cells = may_see_model_output(request.user, case)
    output = output_for_image(image)
    analysis = output.analyses.get(image.pk)
    quality = quality_verdict(analysis.quality) if analysis else None
    cells = _cells(image, request.user) if shows_cells else []
    record_view(actor=request.user, target=image)
    siblings = list(SmearImage.objects.counting().filter(case=case).order_by("ordinal").values_list("pk", "ordinal"))
    position = [pk for pk, _ordinal in siblings].index(image.pk)
    um_per_px = analysis.um_per_px if analysis else case.um_per_px or remembered_scale(image)
    may_change = (
        may_write_cases(request.user) and is_open_to_change(request.user, case) and not is_read_only(request.user, case)
    )
    standing = camera_standing(version=analysis.model_version, image=image) if analysis else None
    context = {
        "case": case,
        "image": image,
        "cells": cells,
        "counts": class_counts(_count(cells)),
        "classes": CELL_CLASSES,
        "predictions": output.predictions if shows_cells else {},
        "quality": quality,
        "model_version": str(analysis.model_version) if analysis and shows_cells else "",
        "um_per_px": um_per_px,
        "unknown_cameras": shown_cameras([standing], request.user)
        if standing is not None and standing.is_unknown
        else [],
        "may_correct_microscope": may_change,
        "shows_cells": shows_cells,
        "may_edit": bool(quality and quality.held_back) and may_change_details(request.user, case),
        "may_confirm_smear": may_review_cases(request.user)
        and is_open_to_change(request.user, case)
        and not is_read_only(request.user, case),
        "status": review_status(case),
        "number": position + 1,
        "total": len(siblings),
        "previous": siblings[position - 1][0] if position > 0 else None,
        "next": siblings[position + 1][0] if position + 1 < len(siblings) else None,
        "viewer": {
            "display": reverse("cases:image_display", args=[image.pk]) if image.is_shown else "",
            "width": image.width,
            "height": image.height,
            "umPerPx": um_per_px,
            "cells": [_for_script(cell, output.predictions.get(cell.pk)) for cell in cells],
            "keys": keys_of(request.user),
            "classes": {
                item.code: {"label": _(item.label), "plural": _(item.plural), "letter": item.letter}
                for item in BY_CODE.values()
            },
        },
    }
    return render(request, "workbench/field.html", context)


def _cells(image: SmearImage, user: User) -> list[Cell]:
    """Return the current cells of an image in the order of review."""
    return list(Cell.objects.with_model_output_for(user).filter(image=image).current().lowest_confidence_first())


def _count(cells: list[Cell]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for cell in cells:
        if not cell.excluded:
            numbers[cell.label] = numbers.get(cell.label, 0) + 1
    return numbers


def _for_script(cell: Cell, prediction: Prediction | None) -> dict[str, Any]:
    """Return what the viewer draws and tells of a cell; box in px of the upright image."""
    return {
        "id": str(cell.pk),
        "n": cell.ordinal,
        "box": cell.box,
        "label": cell.label,
        "score": cell.score,
        "human": cell.label_source == LabelSource.HUMAN,
        "excluded": cell.excluded,
        "identified": cell.is_identified,
        "best": prediction.label if prediction else "",
        "novelty": prediction.novelty if prediction else None,
        "model": str(prediction.model_version) if prediction else "",
        "probabilities": {code: round(share, 4) for code, share in prediction.probabilities.items()}
        if prediction
        else {},
    }
