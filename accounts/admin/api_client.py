"""API clients in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages

from accounts.admin.service_admin import ServiceAdmin
from accounts.models import ApiClient
from accounts.scopes import SCOPES
from accounts.services import (
    NewApiClient,
    create_api_client,
    renew_client_secret,
    set_api_client_active,
    set_api_client_scopes,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ApiClientForm(forms.ModelForm):  # type: ignore[type-arg]
    """Scopes as boxes to tick."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, f"{scope}: {meaning}") for scope, meaning in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ApiClient
        fields = ("name", "organisation", "scopes", "is_active")


@admin.register(ApiClient)
class ApiClientAdmin(ServiceAdmin):
    """Other systems: what they may do, and for whom. A secret is shown once, when it is made."""

    form = ApiClientForm
    list_display = ("name", "organisation", "client_id", "is_active", "created_by", "created_at")
    list_filter = ("is_active", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation", "created_by")
    search_fields = ("name",)
    actions = ("renew_secret",)

    def get_fields(self, request: HttpRequest, obj: ApiClient | None = None) -> tuple[str, ...]:
        """A new client starts active."""
        if obj is None:
            return ("name", "organisation", "scopes")
        return ("name", "organisation", "client_id", "scopes", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: ApiClient | None = None) -> tuple[str, ...]:
        """A client acts for the organisation it was made for."""
        return () if obj is None else ("name", "organisation", "client_id")

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:  # noqa: FBT001
        """Create or update by service."""
        actor: Any = request.user
        if not change:
            new = create_api_client(actor=actor, name=obj.name, organisation=obj.organisation, scopes=obj.scopes)
            obj.__dict__.update(new.api_client.__dict__)
            self._show(request, new)
            return
        stored = ApiClient.objects.get(pk=obj.pk)
        if "scopes" in form.changed_data:
            set_api_client_scopes(actor=actor, api_client=stored, scopes=obj.scopes)
        if "is_active" in form.changed_data:
            set_api_client_active(actor=actor, api_client=stored, is_active=obj.is_active)

    @admin.action(description="Renew the secret (the old one stops working)", permissions=["change"])
    def renew_secret(self, request: HttpRequest, queryset: QuerySet[ApiClient]) -> None:
        """Make and show a new secret for one client."""
        if queryset.count() != 1:
            messages.error(request, "Choose exactly one API client.")
            return
        self._show(request, renew_client_secret(actor=request.user, api_client=queryset.get()))  # type: ignore[arg-type]

    def _show(self, request: HttpRequest, new: NewApiClient) -> None:
        messages.warning(
            request,
            f"Shown once, copy it now: client_id {new.client_id}, client_secret {new.client_secret}, "
            f"token_url {new.token_url}",
        )
