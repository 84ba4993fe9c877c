"""Questions about what somebody may do, answered in one place."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models.organisation import OrganisationKind
from accounts.models.user import Role
from accounts.requests import signed_in
from accounts.scopes import CASES_WRITE, ORDERS_WRITE, PREDICTIONS_READ, SCOPES_OF_ROLE, TRY_WRITE

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

OVERSEERS: frozenset[str] = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Who oversees the model and the people of a laboratory."""
_SEE_PREDICTIONS: frozenset[str] = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR})
TEACH = "education.teach"
"""The permission of somebody who teaches without being a pathologist."""
NEVER_TEACH: frozenset[str] = frozenset({Role.STUDENT, Role.SERVICE})
"""Who does not teach, whatever they were given."""
_Rest = ParamSpec("_Rest")


def scopes_of(user: Any) -> frozenset[str]:
    """Every scope `user` has now: the token's where a token authenticated the request, else the role's."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    if user.token_scopes is not None:
        return frozenset(user.token_scopes)
    scopes = SCOPES_OF_ROLE.get(user.role, frozenset())
    # The smear that they sent is the picture they would try.
    return scopes - {TRY_WRITE} if waits_for_signature(user) else scopes


def has_scope(user: Any, scope: str) -> bool:
    """Whether `user` (a person, a service account, or nobody) may do what `scope` allows (sessions: by role; tokens: by the token's scopes)."""
    return scope in scopes_of(user)


def acts_for_clinics(user: Any) -> bool:
    """Whether `user` enters records for clinics: an API client of a laboratory whose token allows to write cases or orders."""
    return (
        bool(scopes_of(user) & {CASES_WRITE, ORDERS_WRITE})
        and user.role == Role.SERVICE
        and user.organisation is not None
        and user.organisation.kind == OrganisationKind.LABORATORY
    )


def works_at_clinic(user: Any) -> bool:
    """Whether `user` is one of those who send smears and wait for results, also where a laboratory sends its own."""
    return user.role == Role.UPLOADER or (
        user.organisation is not None and user.organisation.kind == OrganisationKind.CLINIC
    )


def waits_for_signature(user: Any) -> bool:
    """Whether `user` sends smears and is told nothing of the model before sign-out (`HIDE_AI_FROM_UPLOADERS`)."""
    return user.role == Role.UPLOADER and bool(getattr(settings, "HIDE_AI_FROM_UPLOADERS", True))


def may_see_predictions(user: Any, *, signed: bool) -> bool:
    """Whether `user` may see cells and predictions of a case they can see, signed out or not.

    After sign-out everybody who sees the case does. Before it: those who read or oversee smears, API clients with
    `predictions:read`, and uploaders only where `HIDE_AI_FROM_UPLOADERS` is off.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active or user.role == Role.STUDENT:
        return False
    if signed:
        return True
    if user.token_scopes is not None:
        return PREDICTIONS_READ in user.token_scopes
    if user.role == Role.UPLOADER:
        return not waits_for_signature(user)
    return user.is_superuser or user.role in _SEE_PREDICTIONS


def may_bring_in_students(user: Any) -> bool:
    """Whether `user` teaches at a place of their own, and so invites its students: pathologists, and whoever was given `TEACH`."""
    return (
        user.is_authenticated
        and user.is_active
        and user.token_scopes is None
        and user.organisation_id is not None
        and (user.role == Role.PATHOLOGIST or (user.role not in NEVER_TEACH and user.has_perm(TEACH)))
    )


def overseers_only(
    view: Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponseBase]:
    """Let administrators and auditors through, send strangers to sign in, and refuse everybody else."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponseBase:
        if signed_in(request).role not in OVERSEERS:
            raise PermissionDenied(_("This part is for administrators and auditors of a laboratory."))
        return view(request, *args, **kwargs)

    return guarded
