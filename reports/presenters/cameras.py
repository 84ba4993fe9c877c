"""What a report says of cameras that the model did not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import UnknownCamera

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cases.models import Case
    from classifier.models import CameraStanding

_WHAT_BECAME_OF_NAMES = {
    UnknownCamera.ALL: gettext_lazy("all its names were held back until a person named the cells"),
    UnknownCamera.STRICT: gettext_lazy(
        "names that were not highly confident were held back until a person named the cells"
    ),
    UnknownCamera.MARK: gettext_lazy("its names were shown to the reviewer with a warning"),
}


def camera_statement(case: Case, unknown: Mapping[int, CameraStanding]) -> str:
    """Return which fields of `case` a model did not know the camera of, and what became of its names; empty for none.

    `unknown` has the camera of each such field by the number of the field.
    """
    if not unknown:
        return ""
    by_camera: dict[CameraStanding, list[int]] = {}
    for field, standing in sorted(unknown.items()):
        by_camera.setdefault(standing, []).append(field)
    taken = "; ".join(_taken(standing, fields) for standing, fields in by_camera.items())
    return f"{taken}: {_WHAT_BECAME_OF_NAMES[UnknownCamera(case.laboratory.unknown_camera)]}."


def _taken(standing: CameraStanding, fields: Sequence[int]) -> str:
    name = standing.microscope.name if standing.microscope else _("microscope not named")
    numbers = ", ".join(map(str, fields[:-1]))
    last = str(fields[-1])
    if numbers:
        last = _("%(numbers)s and %(last)s") % {"numbers": numbers, "last": last}
    sentence = ngettext(
        "Field %(fields)s was taken with a camera that %(model)s did not know (%(microscope)s)",
        "Fields %(fields)s were taken with a camera that %(model)s did not know (%(microscope)s)",
        len(fields),
    )
    return sentence % {"fields": last, "model": standing.model_version, "microscope": name}
