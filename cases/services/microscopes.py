"""Which microscope an image was taken with: found at the upload, corrected by people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import Action
from audit.services import record
from cases.permissions import is_open_to_change, may_write_cases, must_see, refuse
from cases.selectors import chosen_microscope
from cases.services.audit_trail import scope_of
from cases.services.transitions import lock_case
from cases.signals import microscope_corrected
from hematovision.errors import Conflict
from microscopes.selectors import MicroscopeSource, Suggestion, suggest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import User
    from cases.models import Case, SmearImage
    from microscopes.models import Microscope


def find_microscope(
    *, actor: User, case: Case, camera: str, chosen: Microscope | None, automatic: bool
) -> Suggestion | None:
    """Return the microscope of an image about to be received: the chosen one, else the probable one, else none.

    Without `automatic` nothing is guessed. `camera` is what the file names. Raises `Unprocessable` for a chosen
    microscope that images of the case are not taken with.
    """
    if chosen is not None:
        chosen_microscope(case, chosen.pk)
        return Suggestion(chosen, MicroscopeSource.CHOSEN)
    if not automatic or actor.organisation is None:
        return None
    return suggest(organisation=actor.organisation, camera=camera)


def correct_microscope(*, actor: User, images: Sequence[SmearImage], microscope: Microscope | None) -> int:
    """Say which microscope images of one case were taken with, None for none that is known; returns how many changed.

    Whoever may change the case may do it, while nothing is signed or for the correction of what was. Raises `NotFound`,
    `PermissionRefused`, `Conflict` (the case no longer changes) or `Unprocessable` (not a microscope of the case).
    """
    if not images:
        return 0
    case = images[0].case
    for image in images:
        must_see(actor=actor, record_=image)
    if not may_write_cases(actor):
        refuse(actor=actor, target=case, sentence=gettext_lazy("Your role does not change cases."))
    with transaction.atomic():
        lock_case(case)
        if not is_open_to_change(actor, case):
            state = case.get_state_display().lower()
            sentence = _("The case is %(state)s and no longer changes.") % {"state": state}
            raise Conflict(sentence, code="state", details={"state": case.state})
        differing = [image for image in images if image.microscope != microscope]
        if differing and microscope is not None:
            chosen_microscope(case, microscope.pk)
        touched = {image.microscope_id for image in differing} | ({microscope.pk} if microscope else set())
        for image in differing:
            before = _named(image.microscope)
            image.microscope, image.microscope_source = microscope, MicroscopeSource.CORRECTED
            image.save(update_fields=["microscope", "microscope_source"])
            record(
                actor=actor,
                action=Action.UPDATE,
                target=image,
                before=before,
                after=_named(microscope),
                **scope_of(image),
            )
        if differing:
            named = [pk for pk in touched if pk is not None]
            unnamed = case.clinic_id if microscope is None or None in touched else None
            transaction.on_commit(lambda: _announce(named, unnamed))
    return len(differing)


def _announce(microscope_ids: list[UUID], clinic_id: UUID | None) -> None:
    microscope_corrected.send_robust(sender=None, microscope_ids=microscope_ids, clinic_id=clinic_id)


def _named(microscope: Microscope | None) -> dict[str, Any]:
    return {"microscope": str(microscope.pk) if microscope else None, "name": microscope.name if microscope else ""}
