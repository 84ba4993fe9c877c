"""Images in the administration: what is known of them. Their pixels are on the case page."""

from __future__ import annotations

from django.contrib import admin

from cases.admin.record_admin import RecordAdmin
from cases.models import SmearImage


@admin.register(SmearImage)
class SmearImageAdmin(RecordAdmin):
    """Found by the accession number of their case or by SHA-256."""

    list_display = ("case", "ordinal", "media_type", "width", "height", "byte_size", "state", "uploaded_at")
    list_filter = ("state", "media_type")
    list_select_related = ("case",)
    search_fields = ("case__accession_number", "sha256")
    date_hierarchy = "uploaded_at"
    # No file fields: the storage has no addresses to link to.
    fields = (
        "case",
        "ordinal",
        "sha256",
        "media_type",
        "byte_size",
        "width",
        "height",
        "conversions",
        "state",
        "problem",
        "uploaded_by",
        "uploaded_at",
    )
