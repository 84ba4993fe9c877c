"""Which microscope an image was probably taken with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from microscopes.models import Microscope

if TYPE_CHECKING:
    from accounts.models import User


class MicroscopeSource(TextChoices):
    """How an image came to its microscope."""

    CHOSEN = "chosen", _("chosen at the upload")
    CAMERA = "camera", _("by the camera named in the file")
    ONLY = "only", _("the only one in use")
    LAST = "last", _("as at the last upload")
    CORRECTED = "corrected", _("corrected")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A microscope and why it is suggested."""

    microscope: Microscope
    source: MicroscopeSource


def in_use_at(organisation: Organisation) -> list[Microscope]:
    """Return the microscopes images are taken with at `organisation`, the one chosen last first."""
    found = Microscope.objects.filter(organisation=organisation).in_use()
    return list(found.order_by(F("chosen_at").desc(nulls_last=True), "name"))


def suggest(*, organisation: Organisation, camera: str) -> Suggestion | None:
    """Return the microscope that an image sent by `organisation` was probably taken with, or None: not named.

    The one whose camera the file names; else the only one; else the one that was chosen last. `camera` is the make and
    model the file names, empty where it names none. A camera that several have names none of them.
    """
    offered = in_use_at(organisation)
    by_camera = [one for one in offered if is_same_camera(camera, one.camera)]
    if len(by_camera) == 1:
        return Suggestion(by_camera[0], MicroscopeSource.CAMERA)
    if len(offered) == 1:
        return Suggestion(offered[0], MicroscopeSource.ONLY)
    if offered and offered[0].chosen_at is not None:
        return Suggestion(offered[0], MicroscopeSource.LAST)
    return None


def is_same_camera(one: str, other: str) -> bool:
    """Whether two texts name the same camera: all words of one are in the other. Nothing is the same as nothing."""
    first, second = _words(one), _words(other)
    return bool(first and second) and (first <= second or second <= first)


def kept_by(user: User) -> list[Organisation]:
    """Return the organisations whose microscopes `user` keeps, by name."""
    return list(Organisation.objects.administered_by(user).filter(is_active=True).order_by("name"))


def _words(camera: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", camera.casefold()))
