"""The audit trail in the administration: to read, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from audit.models import Action, AuditEvent
from audit.services import record

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

_OBJECT_TYPE = "audit.auditevent"


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Events of one's laboratory. The page under Oversight filters, exports and verifies."""

    list_display = ("id", "at", "actor_name", "action", "object_type", "object_id", "outcome")
    list_filter = ("action", "outcome")
    search_fields = ("actor_name", "object_id")
    show_full_result_count = False
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Narrow to the person's laboratory."""
        return AuditEvent.objects.visible_to(request.user).order_by("-id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Events are recorded, never typed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nor changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nor removed."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; viewing it is an event."""
        if self.has_view_permission(request):
            record(actor=request.user, action=Action.VIEW, object_type=_OBJECT_TYPE)
        return super().changelist_view(request, extra_context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one event; viewing it is an event."""
        if self.has_view_permission(request) and self.get_object(request, object_id) is not None:
            record(
                actor=request.user,
                action=Action.VIEW,
                object_type=_OBJECT_TYPE,
                object_id=object_id,
            )
        return super().change_view(request, object_id, form_url, extra_context)
