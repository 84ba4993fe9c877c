"""What this app does when something happens below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.overseers import administrators_of, overseers_of
from cases.models import BreakGlassAccess, Case
from classifier.models import CameraStanding
from notices.services import close_notifications, notify
from oversight.services.tallies import note_case, note_change

if TYPE_CHECKING:
    from uuid import UUID

BREAK_GLASS = "break-glass"
UNKNOWN_CAMERA = "unknown-camera"


def tell_owners_of_break_glass(sender: Any, access_id: UUID, **kwargs: Any) -> None:
    """Tell the administrators and auditors of the laboratory whose case somebody else opened."""
    access = BreakGlassAccess.objects.select_related("case", "user__organisation").get(pk=access_id)
    notify(
        recipients=overseers_of(access.case.laboratory_id),
        kind=BREAK_GLASS,
        subject_id=access.pk,
        text=gettext_noop("Somebody of another organisation opened one of your cases by break-glass access."),
        path=reverse("oversight:break_glass_list"),
    )


def tell_administrators_of_unknown_camera(sender: Any, standing_id: int, **kwargs: Any) -> None:
    """Tell the administrators of the laboratory that a model does not know a camera; take it back when that is over."""
    standings = CameraStanding.objects.select_related("microscope__organisation", "clinic", "model_version")
    standing = standings.get(pk=standing_id)
    camera = standing.microscope or standing.clinic
    laboratory_id = standing.laboratory_id
    if camera is None or laboratory_id is None:
        return
    if not standing.is_unknown:
        others = standings.filter(microscope=standing.microscope, clinic=standing.clinic)
        if not any(other.is_unknown for other in others):
            close_notifications(subject_id=camera.pk)
        return

    def told() -> str:
        sentence = (
            _("%(model)s does not know the camera of %(name)s: names on its images are held back or marked.")
            if standing.microscope
            else _(
                "%(name)s sends images of a camera that %(model)s does not know: names on them are held back or marked."
            )
        )
        # Names of places and models may be long.
        return (sentence % {"model": standing.model_version, "name": camera.name})[:300]

    notify(
        recipients=administrators_of(laboratory_id),
        kind=UNKNOWN_CAMERA,
        subject_id=camera.pk,
        text=told,
        path=reverse("workbench:microscope", args=[camera.pk])
        if standing.microscope
        else reverse("workbench:microscopes"),
        replaces=True,
    )


def note_that_cells_changed(sender: Any, case_id: UUID, **kwargs: Any) -> None:
    """Have the cells of a case counted anew."""
    note_change(case_id)


def note_saved_case(sender: Any, instance: Case, *, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """Have the cells of a case counted anew where it is no longer what it was when they were counted."""
    if not raw:
        note_case(instance, is_new=created)
