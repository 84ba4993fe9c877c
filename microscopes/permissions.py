"""Who may add, change and retire microscopes. Who may see them is a queryset: `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_lazy

from accounts.models import Organisation
from audit.models import Action, Outcome
from audit.services import record
from hematovision.errors import NotFound, PermissionRefused
from hematovision.languages import in_language
from microscopes.models import Microscope

if TYPE_CHECKING:
    from accounts.models import User

NOT_AN_ADMINISTRATOR = gettext_lazy("Microscopes are kept by the administrators of the laboratory.")


def may_manage(user: User) -> bool:
    """Whether `user` keeps microscopes at all: an administrator, in a session."""
    return user.token_scopes is None and Organisation.objects.administered_by(user).exists()


def may_manage_those_of(user: User, organisation: Organisation) -> bool:
    """Whether `user` keeps the microscopes of `organisation`."""
    return user.token_scopes is None and Organisation.objects.administered_by(user).filter(pk=organisation.pk).exists()


def must_manage(*, actor: User, organisation: Organisation, microscope: Microscope | None = None) -> None:
    """Return if `actor` keeps the microscopes of `organisation`.

    Raises `NotFound` for an organisation or a microscope the actor has nothing to do with, else `PermissionRefused`,
    which is written to the audit trail.
    """
    if may_manage_those_of(actor, organisation):
        return
    if microscope is not None and not Microscope.objects.visible_to(actor).filter(pk=microscope.pk).exists():
        raise NotFound
    if microscope is None and may_manage(actor):
        raise NotFound(gettext("There is no such organisation among those you administer."))
    with in_language("en"):
        reason = str(NOT_AN_ADMINISTRATOR)
    record(
        actor=actor,
        action=Action.UPDATE if microscope is not None else Action.CREATE,
        target=microscope,
        object_type="microscopes.microscope",
        outcome=Outcome.DENIED,
        reason=reason,
    )
    raise PermissionRefused(str(NOT_AN_ADMINISTRATOR))
