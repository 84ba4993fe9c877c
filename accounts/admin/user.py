"""People in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages

from accounts.admin.service_admin import ServiceAdmin
from accounts.models import Role, User
from accounts.services import (
    change_role,
    end_sessions,
    rename_person,
    reset_second_factor,
    set_person_active,
    set_teaching,
)
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """Names, roles and access. People come by invitation, service accounts with their API client."""

    list_display = ("full_name", "email", "role", "organisation", "is_active", "last_login")
    list_filter = ("role", "is_active", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation",)
    search_fields = ("full_name", "email")
    fields = ("full_name", "email", "role", "organisation", "is_active", "last_login", "date_joined")
    readonly_fields = ("email", "last_login", "date_joined")
    actions = ("let_teach", "let_no_longer_teach", "end_all_sessions", "remove_second_factor")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People are invited."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A service account is changed through its API client."""
        if obj is not None and obj.role == Role.SERVICE:
            return False
        return super().has_change_permission(request, obj)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nobody is made a service account."""
        if db_field.name == "role":
            kwargs["choices"] = [choice for choice in Role.choices if choice[0] != Role.SERVICE.value]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        """One service call per kind of change; each writes its own audit event."""
        actor: Any = request.user
        stored = User.objects.get(pk=obj.pk)
        if "full_name" in form.changed_data:
            rename_person(actor=actor, user=stored, full_name=obj.full_name)
        if {"role", "organisation"} & set(form.changed_data):
            change_role(
                actor=actor,
                user=stored,
                role=obj.role,
                organisation=obj.organisation,
                reason="Changed in the administration.",
            )
        if "is_active" in form.changed_data:
            set_person_active(
                actor=actor,
                user=stored,
                is_active=obj.is_active,
                reason="Changed in the administration.",
            )

    @admin.action(description="Let them teach (sets, classes, figures of students)", permissions=["change"])
    def let_teach(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Give the permission that pathologists have by their role."""
        self._set_teaching(request, queryset, teaches=True)

    @admin.action(description="Let them no longer teach", permissions=["change"])
    def let_no_longer_teach(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Take the permission away again; pathologists teach by their role."""
        self._set_teaching(request, queryset, teaches=False)

    def _set_teaching(self, request: HttpRequest, queryset: QuerySet[User], *, teaches: bool) -> None:
        done = 0
        for user in queryset:
            try:
                set_teaching(
                    actor=request.user,  # type: ignore[arg-type]
                    user=user,
                    teaches=teaches,
                    reason="Set in the administration.",
                )
                done += 1
            except DomainError as error:
                messages.error(request, f"{user}: {error.sentence}")
        self.tell(request, done, "account", "changed")

    @admin.action(description="End all sessions (they may sign in again)", permissions=["change"])
    def end_all_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Sign the chosen people out wherever they are."""
        done = 0
        for user in queryset:
            try:
                end_sessions(
                    actor=request.user,  # type: ignore[arg-type]
                    user=user,
                    reason="Ended in the administration.",
                )
                done += 1
            except DomainError as error:
                messages.error(request, f"{user}: {error.sentence}")
        if done:
            messages.success(request, f"{done} {'person was' if done == 1 else 'people were'} signed out.")

    @admin.action(description="Remove the second factor (lost phone or key)", permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let people who lost their second factor set up a new one; each is told by e-mail."""
        done = 0
        for user in queryset:
            try:
                reset_second_factor(
                    actor=request.user,  # type: ignore[arg-type]
                    user=user,
                    reason="Removed in the administration.",
                )
                done += 1
            except DomainError as error:
                messages.error(request, f"{user}: {error.sentence}")
        self.tell(request, done, "second factor", "removed")
