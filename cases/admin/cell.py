"""Cells in the administration."""

from __future__ import annotations

from django.contrib import admin

from cases.admin.record_admin import RecordAdmin
from cases.models import Cell


@admin.register(Cell)
class CellAdmin(RecordAdmin):
    """Current cells with their present label; the evidence is among the predictions."""

    list_display = ("image", "ordinal", "label", "score", "label_source", "excluded", "detector", "created_at")
    list_filter = ("label", "label_source", "excluded", "detector")
    list_select_related = ("image",)
    search_fields = ("image__case__accession_number",)
    fields = (
        "image",
        "ordinal",
        "detector",
        "x",
        "y",
        "width",
        "height",
        "area_px",
        "label",
        "score",
        "label_source",
        "excluded",
        "created_at",
    )
