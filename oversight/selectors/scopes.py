"""Whose reviewed cells are counted together: the cases of a laboratory, but for those that are somebody's exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import OrganisationKind, Role
from cases.models import Case
from cases.models.break_glass import opened_cases
from cases.models.restriction import restricted_patients, sees_restricted
from cases.providers import blinded_opinions_owed
from cases.states import SIGNED_STATES

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Organisation, User
    from oversight.selectors.sources import Names


@dataclass(frozen=True, slots=True)
class Scope:
    """The cases whose reviewed cells are counted, and the short way to them.

    `cases` is what holds. They are the cases of `laboratory`, `signed` ones only or all, except that each of `exceptions` may be
    one of `cases` or not, wherever it lies. Without a laboratory there is no short way.
    """

    cases: QuerySet[Case]
    laboratory: UUID | None = None
    signed: bool = False
    exceptions: frozenset[UUID] = frozenset()

    def place(self, names: Names) -> Q:
        """The short way as a condition on a source of sums or tallies."""
        condition = Q(**{names.laboratory: self.laboratory})
        return condition & names.signed if self.signed else condition


def scope_of(user: User) -> Scope:
    """The cases in which `user` may compare the model with its reviewers: those whose model output they may see.

    `Case.objects.with_model_output_for` decides. The exceptions are every case for which it asks anything else than laboratory
    and signature; that a case was submitted it asks as well, and no cell is reviewed before that.
    """
    cases = Case.objects.with_model_output_for(user)
    laboratory, role = user.organisation, user.role
    if (
        laboratory is None
        or laboratory.kind != OrganisationKind.LABORATORY
        or not (user.is_active and laboratory.is_active)
    ):
        return Scope(cases)
    if role not in {Role.ADMINISTRATOR, Role.AUDITOR, Role.PATHOLOGIST}:
        return Scope(cases)
    exceptions = set(opened_cases(user))
    if not sees_restricted(user):
        hidden = Case.objects.filter(patient__in=restricted_patients(), laboratory=laboratory)
        exceptions |= set(hidden.order_by().values_list("pk", flat=True))
    if role == Role.PATHOLOGIST:
        exceptions |= set(blinded_opinions_owed(user))
    return Scope(
        cases,
        laboratory.pk,
        signed=role == Role.PATHOLOGIST and laboratory.blind_review,
        exceptions=frozenset(exceptions),
    )


def scope_of_laboratory(laboratory: Organisation) -> Scope:
    """Every signed case of a laboratory."""
    return Scope(Case.objects.filter(laboratory=laboratory, state__in=SIGNED_STATES), laboratory.pk, signed=True)
