"""Who labels cells of a microscope and has the model calibrated for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from accounts.models import Role
from audit.models import Action, Outcome
from audit.services import record
from hematovision.errors import NotFound, PermissionRefused
from hematovision.languages import in_language
from microscopes.models import Microscope

if TYPE_CHECKING:
    from accounts.models import User

NOT_YOURS = gettext_lazy("Cells are labelled for calibration by the pathologists and administrators of the laboratory.")
_ROLES = frozenset({Role.PATHOLOGIST, Role.ADMINISTRATOR})


def may_calibrate(user: User, microscope: Microscope) -> bool:
    """Whether `user` labels cells of `microscope` and asks for a calibration: somebody of its laboratory, in a session."""
    return (
        user.is_active
        and user.token_scopes is None
        and user.role in _ROLES
        and user.organisation_id is not None
        and user.organisation_id == microscope.laboratory_id
    )


def must_calibrate(*, actor: User, microscope: Microscope) -> None:
    """Return if `actor` may; raises `NotFound` or, written to the audit trail, `PermissionRefused`."""
    if may_calibrate(actor, microscope):
        return
    if not Microscope.objects.visible_to(actor).filter(pk=microscope.pk).exists():
        raise NotFound
    with in_language("en"):
        reason = str(NOT_YOURS)
    record(actor=actor, action=Action.MODEL_CHANGE, target=microscope, outcome=Outcome.DENIED, reason=reason)
    raise PermissionRefused(str(NOT_YOURS))
