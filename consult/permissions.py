"""Who takes part in the laboratory's talk about a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Role
from accounts.models.user import LABORATORY_ROLES
from cases.permissions import is_read_only
from cases.states import CaseState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from cases.models import Case


def reads_consultations(user: User | AnonymousUser) -> bool:
    """Whether `user` may read opinions and comments of the cases they see: people of a laboratory, never a token."""
    return user.is_authenticated and user.is_active and user.token_scopes is None and user.role in LABORATORY_ROLES


def reads_talk_of(user: User | AnonymousUser, case: Case) -> bool:
    """Whether `user` may read what was said about a case they see: an emergency opens the case, not the talk about it."""
    return user.is_authenticated and reads_consultations(user) and not is_read_only(user, case)


def gives_opinions(user: User | AnonymousUser) -> bool:
    """Whether `user` asks for second opinions, gives them and takes part in threads."""
    return reads_consultations(user) and user.is_authenticated and user.role == Role.PATHOLOGIST


def reads_clinic_threads(user: User | AnonymousUser) -> bool:
    """Whether `user` may read what laboratory and clinic write to each other on the cases they see: people of both, never a token."""
    return reads_consultations(user) or (
        user.is_authenticated and user.is_active and user.token_scopes is None and user.role == Role.UPLOADER
    )


def leads_clinic_thread(user: User, case: Case) -> bool:
    """Whether `user` begins and closes the thread with the clinic of `case`: pathologists and administrators of its laboratory."""
    return (
        reads_consultations(user)
        and user.role != Role.AUDITOR
        and user.organisation_id == case.laboratory_id
        and case.state != CaseState.DRAFT
        and not is_read_only(user, case)
    )


def answers_clinic_thread(user: User, case: Case) -> bool:
    """Whether `user` answers in an open thread for the clinic of `case`: those who send cases from there."""
    return (
        reads_clinic_threads(user)
        and user.role == Role.UPLOADER
        and user.organisation_id == case.clinic_id
        and not is_read_only(user, case)
    )
