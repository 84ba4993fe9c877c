"""Cases in the administration."""

from __future__ import annotations

from django.contrib import admin

from cases.admin.record_admin import RecordAdmin
from cases.models import Case


@admin.register(Case)
class CaseAdmin(RecordAdmin):
    """Found by accession number; the patient appears by id only."""

    list_display = ("accession_number", "clinic", "laboratory", "priority", "state", "created_at", "due_at")
    list_filter = ("state", "priority", "stain", ("clinic", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("clinic", "laboratory")
    search_fields = ("accession_number",)
    date_hierarchy = "created_at"
    fields = (
        "accession_number",
        "patient",
        "clinic",
        "laboratory",
        "priority",
        "state",
        "stain",
        "objective",
        "um_per_px",
        "microscope",
        "camera",
        "collected_at",
        "wbc",
        "wbc_source",
        "wbc_measured_at",
        "created_by",
        "created_at",
        "submitted_at",
        "due_at",
        "owner",
    )
