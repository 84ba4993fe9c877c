"""Who learns and who teaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from accounts.models import OrganisationKind, Role, User
from accounts.permissions import may_bring_in_students
from cases.permissions import is_read_only, may_merge_patients

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Organisation
    from cases.models import Case, Patient
    from education.models import TeachingCell


def may_learn(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` opens what is taught: everybody with an account of their own, in a session."""
    return isinstance(user, User) and user.is_active and user.token_scopes is None and user.role != Role.SERVICE


def may_discuss(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` takes part in the talk about what is taught: everybody of a laboratory and its clinics who is no auditor."""
    return may_learn(user) and user.organisation_id is not None and user.role != Role.AUDITOR


def may_teach(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` makes sets and sees the figures of students: pathologists, and whoever was given the permission."""
    return may_learn(user) and may_bring_in_students(user)


def may_keep_material(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` lists and recalls what a laboratory teaches with: its teachers and its administrators."""
    return _is_of_a_laboratory(user) and (may_teach(user) or user.role == Role.ADMINISTRATOR)


def may_see_material(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` is shown that list: who keeps the material, and auditors."""
    return may_keep_material(user) or (_is_of_a_laboratory(user) and user.role == Role.AUDITOR)


def may_copy(user: User | AnonymousUser, case: Case) -> TypeGuard[User]:
    """Whether `user` copies cells of `case` once it is signed: pathologists and administrators of its laboratory."""
    return (
        _is_of_a_laboratory(user)
        and user.role in {Role.PATHOLOGIST, Role.ADMINISTRATOR}
        and user.organisation_id == case.laboratory_id
        and not is_read_only(user, case)
    )


def may_record_consent(user: User | AnonymousUser, clinic: Organisation) -> TypeGuard[User]:
    """Whether `user` records and withdraws the consent of `clinic`: administrators of the laboratory it refers to."""
    laboratory = clinic.laboratory
    return (
        _is_of_a_laboratory(user)
        and user.role == Role.ADMINISTRATOR
        and laboratory is not None
        and user.organisation_id == laboratory.pk
    )


def may_record_objection(user: User | AnonymousUser, patient: Patient) -> TypeGuard[User]:
    """Whether `user` records what `patient` says of teaching: who corrects them, and administrators of their laboratory."""
    return may_learn(user) and may_merge_patients(user, patient)


def may_follow_source(user: User | AnonymousUser, cell: TeachingCell) -> TypeGuard[User]:
    """Whether `user` is led from a copied cell to its report: administrators of its laboratory, no teacher as such."""
    return (
        _is_of_a_laboratory(user)
        and user.role == Role.ADMINISTRATOR
        and cell.laboratory_id is not None
        and user.organisation_id == cell.laboratory_id
    )


def may_issue_certificates(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` answers who asks for a certificate: the pathologists of a laboratory, nobody for themselves."""
    return _is_of_a_laboratory(user) and user.role == Role.PATHOLOGIST


def may_revoke_certificates(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` revokes certificates of their laboratory: its pathologists and its administrators."""
    return _is_of_a_laboratory(user) and user.role in {Role.PATHOLOGIST, Role.ADMINISTRATOR}


def may_see_certificates(user: User | AnonymousUser) -> TypeGuard[User]:
    """Whether `user` is shown every certificate of their laboratory: who revokes them, and auditors."""
    return may_revoke_certificates(user) or (_is_of_a_laboratory(user) and user.role == Role.AUDITOR)


def _is_of_a_laboratory(user: User | AnonymousUser) -> TypeGuard[User]:
    return may_learn(user) and user.organisation is not None and user.organisation.kind == OrganisationKind.LABORATORY
