"""Parts of this app that pages of others show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from calibration.permissions import may_calibrate
from classifier.models import ModelVersion
from classifier.selectors import is_void, variant_on

if TYPE_CHECKING:
    from accounts.models import User
    from microscopes.models import Microscope

register = template.Library()


@register.inclusion_tag("calibration/partials/of_microscope.html")
def calibration_of(microscope: Microscope, user: User) -> dict[str, Any]:
    """Show which model answers on a microscope, and the way to its calibration for those who may."""
    variant, general = variant_on(microscope.pk), ModelVersion.objects.active()
    return {
        "microscope": microscope,
        "variant": variant,
        "general": general,
        "is_void": variant is not None and is_void(variant, general),
        "may_calibrate": may_calibrate(user, microscope),
    }
