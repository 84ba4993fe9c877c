"""Using what came of a calibration, and stopping to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from classifier.models import ModelVersion
from classifier.selectors import variant_on
from classifier.services import promote_model, retire_variant
from hematovision.errors import Conflict, NotFound
from microscopes.permissions import must_manage

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from microscopes.models import Microscope


def use_variant(*, actor: User, microscope: Microscope, version_id: UUID, reason: str) -> ModelVersion:
    """Let a variant of `microscope` answer there. Raises as `must_manage` and `promote_model`; `NotFound` for another's."""
    must_manage(actor=actor, organisation=microscope.organisation, microscope=microscope)
    version = ModelVersion.objects.filter(pk=version_id, scope=microscope).first()
    if version is None:
        raise NotFound
    return promote_model(actor=actor, version=version, reason=reason)


def stop_variant(*, actor: User, microscope: Microscope, reason: str) -> ModelVersion:
    """Let the model of the installation answer on `microscope` again. Raises as `must_manage` and `retire_variant`."""
    must_manage(actor=actor, organisation=microscope.organisation, microscope=microscope)
    version = variant_on(microscope.pk)
    if version is None:
        raise Conflict(_("No variant is used on this microscope."), code="not_active")
    return retire_variant(actor=actor, version=version, reason=reason)
