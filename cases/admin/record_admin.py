"""What the pages of clinical records share: reach, no editing, and every view in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from cases.services.audit_trail import record_list, record_view

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse


class RecordAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows are those the person may see anyway; services change them, this page does not."""

    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrow to what the person may see; each model's queryset knows how."""
        visible: QuerySet[Any] = self.model._default_manager.visible_to(request.user)  # type: ignore[attr-defined]
        return visible.order_by(*(self.get_ordering(request) or self.model._meta.ordering))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Records come from services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """And are changed by them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """And never removed."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; viewing it is an event."""
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", {}).get("cl")
        if shown is not None:
            record_list(actor=request.user, object_type=self.opts.label_lower, count=len(shown.result_list))  # type: ignore[arg-type]
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show one record; viewing it is an event."""
        target = self.get_object(request, object_id)
        if target is not None and self.has_view_permission(request, target):
            record_view(actor=request.user, target=target)  # type: ignore[arg-type]
        return super().change_view(request, object_id, form_url, extra_context)
