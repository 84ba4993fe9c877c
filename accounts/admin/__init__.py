"""People and places in the administration; every change goes through a service."""

from accounts.admin.api_client import ApiClientAdmin
from accounts.admin.invitation import InvitationAdmin
from accounts.admin.organisation import OrganisationAdmin
from accounts.admin.user import UserAdmin

__all__ = ["ApiClientAdmin", "InvitationAdmin", "OrganisationAdmin", "UserAdmin"]
