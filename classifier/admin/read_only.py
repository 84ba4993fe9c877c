"""An administration page that shows and never edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db import models

from accounts.models import Role
from accounts.requests import signed_in
from audit.models import Action
from audit.services import record

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


Row = TypeVar("Row", bound=models.Model)


class ReasonForm(ActionForm):
    """The action bar with room for the reason, which every decision about a model keeps."""

    reason = forms.CharField(required=False, max_length=500, label="Reason")


def is_administrator(request: HttpRequest) -> bool:
    """Whether the person may decide about models."""
    user = request.user
    return user.is_authenticated and (user.is_superuser or user.role == Role.ADMINISTRATOR)


class ReadOnlyAdmin(admin.ModelAdmin[Row]):
    """Rows are written by services and workers; people view them here, and each view is recorded."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def patient_of(self, obj: Row) -> Any:
        """The id of the patient the row is about, or None; for the audit event of viewing it."""
        return None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is not None and self.has_view_permission(request, obj):
            record(actor=signed_in(request), action=Action.VIEW, target=obj, patient_id=self.patient_of(obj))
        return super().change_view(request, object_id, form_url, extra_context)
