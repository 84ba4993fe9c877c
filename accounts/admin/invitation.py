"""Invitations in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages

from accounts.admin.service_admin import ServiceAdmin
from accounts.models import Invitation
from accounts.services import invite_user, withdraw_invitation
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Invitation)
class InvitationAdmin(ServiceAdmin):
    """Invite and withdraw. The link goes to the invited address only: nobody accepts for somebody else."""

    list_display = ("email", "role", "organisation", "invited_by", "created_at", "expires_at", "state")
    list_filter = ("role", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation", "invited_by")
    search_fields = ("email",)
    fields = ("email", "role", "organisation")
    actions = ("withdraw",)

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """An invitation is withdrawn and sent anew, not edited."""
        return False

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Who may invite may withdraw."""
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:  # noqa: FBT001
        """Invite by service, which sends the e-mail."""
        invitation, _token = invite_user(
            actor=request.user,  # type: ignore[arg-type]
            email=obj.email,
            role=obj.role,
            organisation=obj.organisation,
        )
        obj.__dict__.update(invitation.__dict__)

    @admin.action(description="Withdraw", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Take the chosen invitations back."""
        done = 0
        for invitation in queryset:
            try:
                withdraw_invitation(actor=request.user, invitation=invitation)  # type: ignore[arg-type]
                done += 1
            except DomainError as error:
                messages.error(request, f"{invitation}: {error.sentence}")
        self.tell(request, done, "invitation", "withdrawn")
