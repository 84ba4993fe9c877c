"""Every write to people and places."""

from accounts.services.api_clients import (
    NewApiClient,
    create_api_client,
    renew_client_secret,
    set_api_client_active,
    set_api_client_keys,
    set_api_client_scopes,
)
from accounts.services.invitations import (
    accept_invitation,
    find_invitation,
    invitation_link,
    invite_student,
    invite_user,
    require_invitations,
    resend_invitation,
    send_invitation,
    withdraw_invitation,
)
from accounts.services.organisation_numbers import set_organisation_numbers
from accounts.services.organisations import create_organisation, update_organisation
from accounts.services.password_reset import answer_password_reset, ask_for_password_reset, sweep_password_resets
from accounts.services.people import (
    add_person,
    change_role,
    choose_language,
    end_sessions,
    rename_person,
    reset_second_factor,
    set_person_active,
    set_teaching,
)
from accounts.services.second_factors import rotate_second_factors
from accounts.services.sources import report_source

__all__ = [
    "NewApiClient",
    "accept_invitation",
    "add_person",
    "answer_password_reset",
    "ask_for_password_reset",
    "change_role",
    "choose_language",
    "create_api_client",
    "create_organisation",
    "end_sessions",
    "find_invitation",
    "invitation_link",
    "invite_student",
    "invite_user",
    "rename_person",
    "renew_client_secret",
    "report_source",
    "require_invitations",
    "resend_invitation",
    "reset_second_factor",
    "rotate_second_factors",
    "send_invitation",
    "set_api_client_active",
    "set_api_client_keys",
    "set_api_client_scopes",
    "set_organisation_numbers",
    "set_person_active",
    "set_teaching",
    "sweep_password_resets",
    "update_organisation",
    "withdraw_invitation",
]
