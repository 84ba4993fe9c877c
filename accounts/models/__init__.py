"""People and places."""

from accounts.models.api_client import ApiClient
from accounts.models.invitation import Invitation
from accounts.models.organisation import Organisation, OrganisationKind, PoorFields, UnknownCamera
from accounts.models.organisation_number import OrganisationNumber
from accounts.models.password_reset import PasswordResetRequest
from accounts.models.source import Source
from accounts.models.used_assertion import UsedAssertion
from accounts.models.user import Role, User

__all__ = [
    "ApiClient",
    "Invitation",
    "Organisation",
    "OrganisationKind",
    "OrganisationNumber",
    "PasswordResetRequest",
    "PoorFields",
    "Role",
    "Source",
    "UnknownCamera",
    "UsedAssertion",
    "User",
]
