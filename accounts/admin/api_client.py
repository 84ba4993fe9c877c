"""API clients in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join

from accounts.admin.service_admin import ServiceAdmin
from accounts.client_keys import as_document, read_keys
from accounts.models import ApiClient
from accounts.scopes import SCOPES
from accounts.services import (
    NewApiClient,
    create_api_client,
    renew_client_secret,
    set_api_client_active,
    set_api_client_keys,
    set_api_client_scopes,
)
from hematovision.errors import Unprocessable

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ApiClientForm(forms.ModelForm):  # type: ignore[type-arg]
    """Scopes as boxes to tick, public keys as the document that holds them."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, f"{scope}: {meaning}") for scope, meaning in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )

    public_keys = forms.CharField(
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 80, "spellcheck": "false"}),
        help_text="A JSON Web Key Set with one or two public keys (RSA of 2048 bits or more, or EC P-384). It replaces the "
        "keys that are there; empty, it removes them. Where a key goes, the client's tokens end.",
    )

    class Meta:
        model = ApiClient
        fields = ("name", "organisation", "scopes", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["public_keys"] = as_document(self.instance.keys)

    def clean_public_keys(self) -> str:
        """Say beside the field what is wrong with the keys."""
        pasted: str = self.cleaned_data["public_keys"]
        try:
            read_keys(pasted)
        except Unprocessable as error:
            raise ValidationError(error.sentence) from error
        return pasted


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
            return ("name", "organisation", "scopes", "public_keys")
        return ("name", "organisation", "client_id", "scopes", "is_active", "key_list", "public_keys")

    def get_readonly_fields(self, request: HttpRequest, obj: ApiClient | None = None) -> tuple[str, ...]:
        """A client acts for the organisation it was made for."""
        return () if obj is None else ("name", "organisation", "client_id", "key_list")

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:  # noqa: FBT001
        """Create or update by service."""
        actor: Any = request.user
        if not change:
            new = create_api_client(
                actor=actor,
                name=obj.name,
                organisation=obj.organisation,
                scopes=obj.scopes,
                jwks=form.cleaned_data["public_keys"],
            )
            obj.__dict__.update(new.api_client.__dict__)
            self._show(request, new)
            return
        stored = ApiClient.objects.get(pk=obj.pk)
        if "scopes" in form.changed_data:
            set_api_client_scopes(actor=actor, api_client=stored, scopes=obj.scopes)
        if "is_active" in form.changed_data:
            set_api_client_active(actor=actor, api_client=stored, is_active=obj.is_active)

        if "public_keys" in form.changed_data:
            set_api_client_keys(actor=actor, api_client=stored, jwks=form.cleaned_data["public_keys"])

    @admin.display(description="Keys in use", empty_value="None: it proves itself by its secret.")
    def key_list(self, obj: ApiClient) -> str | None:
        """Each key by its id, what it signs with, and since when."""
        rows = [(key["kid"], key["alg"], key["since"]) for key in obj.keys]
        return format_html_join(", ", "{} ({}, since {})", rows) or None

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
