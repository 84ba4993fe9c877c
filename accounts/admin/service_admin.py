"""What the four pages share: reach, no deletion, and a refusal shown as a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpResponseRedirect

from accounts.models import Organisation, OrganisationKind
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from django.db.models import ForeignKey, Model, QuerySet
    from django.forms import ModelChoiceField
    from django.http import HttpRequest, HttpResponse


class ServiceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A page whose rows are those the person administers and whose saving is a service call."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrow to what the person administers; each model's queryset knows how."""
        reachable: QuerySet[Any] = self.model._default_manager.administered_by(request.user)  # type: ignore[attr-defined]
        return reachable.order_by(*(self.get_ordering(request) or self.model._meta.ordering))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nothing is deleted: accounts and places are closed, so that the record keeps its names."""
        return False

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer the organisations that the person administers, and laboratories to refer to."""
        if db_field.related_model is Organisation:
            offered = Organisation.objects.administered_by(request.user)  # type: ignore[arg-type]
            if db_field.name == "refers_to":
                offered = offered.filter(kind=OrganisationKind.LABORATORY)
            kwargs["queryset"] = offered
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form; a refusal of the service undoes everything and is shown above the form."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            messages.error(request, error.sentence)
            return HttpResponseRedirect(request.get_full_path())

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit trail is the log; Django's own would be a second, changeable one."""
        return None

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """See `log_addition`."""
        return None

    def tell(self, request: HttpRequest, done: int, noun: str, what: str) -> None:
        """Say how many rows an action changed."""
        if done:
            messages.success(request, f"{done} {noun}{'' if done == 1 else 's'} {what}.")
