"""The administration: behind the product's own sign-in, and only for the product's own records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpResponseRedirect
from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.admin import ModelAdmin
    from django.db.models import Model
    from django.db.models.base import ModelBase
    from django.http import HttpRequest, HttpResponse

# Records of third-party apps (sessions, second factors, tokens) would be edited past services and audit trail.
_OWN_APPS = frozenset({"accounts", "audit", "cases", "classifier", "training"})


class ClinicalAdminSite(AdminSite):
    """Signing in here is signing in to the product: second factor, lock-out and audit trail included."""

    site_header = "HematoVision administration"
    site_title = "HematoVision administration"
    index_title = "People, places, models and predictions"

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """Take the product's own models and pass over those of other apps."""
        models: list[Any] = list(model_or_iterable) if not isinstance(model_or_iterable, type) else [model_or_iterable]
        own: list[ModelBase] = [model for model in models if model._meta.app_label in _OWN_APPS]
        if own:
            super().register(own, admin_class, **options)  # type: ignore[arg-type]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the product's sign-in page."""
        if request.user.is_authenticated and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return response

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to the product's own page, which asks again who is there and records the change."""
        return HttpResponseRedirect(reverse("account_change_password"))
