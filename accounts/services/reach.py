"""How far an administrator's arm reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organisation, Role
from hematovision.errors import NotFound, PermissionRefused, Unprocessable

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import User


def require_administrator(actor: User | None) -> None:
    """Refuse anybody who does not administer; `actor` None is a management command, which does.

    Raises `PermissionRefused`. A token never administers, whatever its service account is.
    """
    if actor is None:
        return
    administers = actor.is_active and (actor.is_superuser or actor.role == Role.ADMINISTRATOR)
    if not administers or actor.token_scopes is not None:
        raise PermissionRefused(_("Only an administrator may do this."))


def require_reach(actor: User | None, organisation: Organisation | None) -> None:
    """Refuse an organisation outside the administrator's laboratory and its clinics.

    Raises `PermissionRefused`, or `NotFound` for a foreign organisation, whose existence is nobody's business.
    """
    require_administrator(actor)
    if actor is None or actor.is_superuser:
        return
    mine = Organisation.objects.administered_by(actor)
    if organisation is None or not mine.filter(pk=organisation.pk).exists():
        raise NotFound(_("There is no such organisation among those you administer."))


def cleaned(thing: Model) -> None:
    """Run the model's own validation; its messages become the sentence of an `Unprocessable`."""
    try:
        thing.full_clean()
    except ValidationError as error:
        raise Unprocessable(" ".join(error.messages)) from error
