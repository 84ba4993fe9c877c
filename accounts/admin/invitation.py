"""Invitations in the administration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.utils.html import format_html

from accounts.admin.service_admin import ServiceAdmin
from accounts.models import Invitation
from accounts.services import invitation_link, invite_user, resend_invitation, withdraw_invitation
from hematovision.errors import DomainError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Invitation)
class InvitationAdmin(ServiceAdmin):
    """Invite, send again and withdraw. The link goes to the invited address, and is shown once to who invites."""

    list_display = ("email", "role", "organisation", "state", "expires_at", "invited_by")
    list_filter = ("role", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation", "invited_by")
    search_fields = ("email",)
    fields = ("email", "role", "organisation")
    actions = ("send_again", "withdraw")

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """An invitation is withdrawn and sent anew, not edited."""
        return False

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Who may invite may withdraw."""
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:  # noqa: FBT001
        """Invite by service, which sends the e-mail."""
        invitation, token = invite_user(
            actor=request.user,  # type: ignore[arg-type]
            email=obj.email,
            role=obj.role,
            organisation=obj.organisation,
        )
        obj.__dict__.update(invitation.__dict__)
        _show_link(request, invitation, token)

    @admin.action(description="Send again (the link sent before stops working)", permissions=["withdraw"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Send new links to the chosen people."""
        done = 0
        for invitation in queryset:
            try:
                newer, token = resend_invitation(actor=request.user, invitation=invitation)  # type: ignore[arg-type]
            except DomainError as error:
                messages.error(request, f"{invitation}: {error.sentence}")
            else:
                _show_link(request, newer, token)
                done += 1
        self.tell(request, done, "invitation", "sent again")

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


def _show_link(request: HttpRequest, invitation: Invitation, token: str) -> None:
    """Show the link once, for where e-mail does not arrive; only its hash is stored."""
    messages.warning(
        request,
        format_html(
            "{}: the link is in the e-mail, and shown here once. Give it to nobody else."
            '<input class="shown-once" readonly aria-label="Link of the invitation for {}" value="{}">',
            invitation.email,
            invitation.email,
            invitation_link(token),
        ),
    )
