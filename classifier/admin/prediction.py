"""Predictions in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from cases.models import Case
from classifier.admin.read_only import ReadOnlyAdmin
from classifier.models import Prediction

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Prediction)
class PredictionAdmin(ReadOnlyAdmin[Prediction]):
    list_display = ("created_at", "accession_number", "label", "score", "identified", "novelty", "model_version")
    list_filter = ("label", "identified", "model_version", "created_at")
    list_select_related = ("cell__image__case", "model_version")
    raw_id_fields = ("analysis", "cell")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        """Those of the laboratory the person administers. The platform's superuser sees no clinical records."""
        return Prediction.objects.filter(cell__image__case__in=Case.objects.with_model_output_for(request.user))

    @admin.display(description="accession number", ordering="cell__image__case__accession_number")
    def accession_number(self, row: Prediction) -> str:
        """The case, as the laboratory calls it."""
        return row.cell.image.case.accession_number

    def patient_of(self, obj: Any) -> Any:
        return obj.cell.image.case.patient_id
