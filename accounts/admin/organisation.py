"""Clinics and laboratories in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from accounts.admin.service_admin import ServiceAdmin
from accounts.models import Organisation, OrganisationKind
from accounts.services import create_organisation, update_organisation

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(Organisation)
class OrganisationAdmin(ServiceAdmin):
    """A laboratory's administrator opens and closes its clinics; the superuser opens laboratories."""

    list_display = ("name", "slug", "kind", "refers_to", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("refers_to",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "kind", "refers_to", "is_active", "blind_review", "unknown_camera")

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> tuple[str, ...]:
        """Cases hang on kind, slug and laboratory, so they stay; a new one starts open."""
        return ("slug", "kind", "refers_to") if obj is not None else ("is_active", "blind_review", "unknown_camera")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer laboratories to the superuser only."""
        if db_field.name == "kind" and not request.user.is_superuser:
            kwargs["choices"] = [(OrganisationKind.CLINIC.value, OrganisationKind.CLINIC.label)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:  # noqa: FBT001
        """Create or update by service."""
        actor: Any = request.user
        if change:
            update_organisation(
                actor=actor,
                organisation=Organisation.objects.get(pk=obj.pk),
                name=obj.name,
                is_active=obj.is_active,
                blind_review=obj.blind_review,
                unknown_camera=obj.unknown_camera,
            )
            return
        created = create_organisation(actor=actor, slug=obj.slug, name=obj.name, kind=obj.kind, refers_to=obj.refers_to)
        obj.__dict__.update(created.__dict__)
