"""Cameras that a model does not know, as the case and its fields say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from microscopes.models import Microscope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from classifier.models import CameraStanding


@dataclass(frozen=True, slots=True)
class ShownCamera:
    """What a model is to a camera, and whether the person may open the page of the microscope."""

    standing: CameraStanding
    has_page: bool


def shown_cameras(standings: Sequence[CameraStanding], user: User) -> list[ShownCamera]:
    """Return `standings` as they are shown to `user`: a clinic does not open the microscopes of its laboratory."""
    named = {standing.microscope_id for standing in standings if standing.microscope_id}
    seen = (
        set(Microscope.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    )
    return [ShownCamera(standing, standing.microscope_id in seen) for standing in standings]
