"""One field of view at full size, with a box for every cell the machine located."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases.blind import may_see_reading
from cases.cell_classes import BY_CODE, CELL_CLASSES
from cases.models import Cell, SmearImage
from cases.services.trail import record_view
from cases.views.readings import class_counts, last_analysis, model_version_of, quality_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from cases.views.requests import AuthenticatedRequest


@login_required
@require_GET
def field(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show a zoomable field, its cells as boxes and as a gallery, and everything known of the chosen one."""
    images = SmearImage.objects.visible_to(request.user)
    image = get_object_or_404(
        images.select_related("case__patient", "case__clinic", "case__laboratory", "case__owner").prefetch_related(
            "analyses__model_version"
        ),
        pk=pk,
    )
    case = image.case
    shows_cells = may_see_reading(request.user, case)
    cells = _cells(image, request.user) if shows_cells else []
    record_view(actor=request.user, target=image)
    siblings = list(images.filter(case=case).order_by("ordinal").values_list("pk", "ordinal"))
    position = [pk for pk, _ordinal in siblings].index(image.pk)
    analysis = last_analysis(image)
    context = {
        "case": case,
        "image": image,
        "cells": cells,
        "counts": class_counts(_count(cells)),
        "classes": CELL_CLASSES,
        "quality": quality_of(image),
        "model_version": model_version_of(image) if shows_cells else "",
        "um_per_px": analysis.um_per_px if analysis else case.um_per_px,
        "shows_cells": shows_cells,
        "number": position + 1,
        "total": len(siblings),
        "previous": siblings[position - 1][0] if position > 0 else None,
        "next": siblings[position + 1][0] if position + 1 < len(siblings) else None,
        "viewer": {
            "display": reverse("cases:image_display", args=[image.pk]) if image.display else "",
            "width": image.width,
            "height": image.height,
            "umPerPx": analysis.um_per_px if analysis else case.um_per_px,
            "cells": [_for_script(cell) for cell in cells],
            "classes": {
                item.code: {"label": item.label, "plural": item.plural, "letter": item.letter}
                for item in BY_CODE.values()
            },
        },
    }
    return render(request, "cases/field.html", context)


def _cells(image: SmearImage, user: Any) -> list[Cell]:
    """Return the cells of an image doubtful first, each with the last prediction made of it as `reading`."""
    cells = list(
        Cell.objects.visible_to(user)
        .filter(image=image)
        .current()
        .doubtful_first()
        .prefetch_related("predictions__model_version")
    )
    for cell in cells:
        predictions = sorted(cell.predictions.all(), key=lambda each: each.created_at)  # type: ignore[attr-defined]
        cell.reading = predictions[-1] if predictions else None  # type: ignore[attr-defined]
    return cells


def _count(cells: list[Cell]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for cell in cells:
        if not cell.excluded:
            numbers[cell.label] = numbers.get(cell.label, 0) + 1
    return numbers


def _for_script(cell: Cell) -> dict[str, Any]:
    """Return what the viewer draws and tells of a cell; box in px of the upright image."""
    reading = cell.reading  # type: ignore[attr-defined]
    return {
        "id": str(cell.pk),
        "n": cell.ordinal,
        "box": cell.box,
        "label": cell.label,
        "score": cell.score,
        "human": cell.label_source == "human",
        "excluded": cell.excluded,
        "identified": cell.is_identified,
        "best": reading.label if reading else "",
        "novelty": reading.novelty if reading else None,
        "model": str(reading.model_version) if reading else "",
        "probabilities": {code: round(share, 4) for code, share in reading.probabilities.items()} if reading else {},
    }
