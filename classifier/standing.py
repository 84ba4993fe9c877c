"""Whether a model knows a camera: judged by the median novelty of its cells. Asks no database.

One novel cell may be a rare cell; twenty cells whose median is novel are another camera. The limits are the model's own and
stand in its card: `novelty.camera_limit` for the median, `novelty.strict_score` for the calibrated confidence that a name
needs on a camera the model does not know.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEWEST_CELLS = 20
"""Cells before anything is said of a camera."""
MOST_CELLS = 100
"""The newest cells are judged: a camera that was changed shows in them."""
CAMERA_LIMIT = 1.28
"""For cards that name none. Medians of 20 cells are over it in 0.1 % of sets of the training camera, and in 96 to 100 % of
sets of cameras the model has not seen."""
STRICT_SCORE = 0.99
"""For cards that name none. On cameras not seen, 0 of 242 (LISC) and 19 of 1,237 cells (DeepAPL) are wrong and named."""


class Standing(TextChoices):
    """What a model is to a camera."""

    FEW = "few", _("Not enough cells")
    KNOWN = "known", _("Known camera")
    UNKNOWN = "unknown", _("Unknown camera")
    CALIBRATED = "calibrated", _("Calibrated")


def judge(novelties: Sequence[float], card: Mapping[str, Any], *, calibrated: bool = False) -> Standing:
    """Return the standing for the novelty scores of a camera's newest cells; `calibrated` where the model is made for it."""
    if calibrated:
        return Standing.CALIBRATED
    if len(novelties) < FEWEST_CELLS:
        return Standing.FEW
    return Standing.UNKNOWN if median(novelties) > camera_limit(card) else Standing.KNOWN


def camera_limit(card: Mapping[str, Any]) -> float:
    """Return the median novelty over which the model of `card` does not know a camera."""
    return _of(card, "camera_limit", CAMERA_LIMIT)


def is_named(*, score: float, identified: bool, standing: Standing, rule: str, card: Mapping[str, Any]) -> bool:
    """Whether the name of a cell stands: it does on a camera that is not unknown, else as the laboratory's `rule` says.

    `score` is the calibrated probability of the name, 0 to 1; `rule` one of `accounts.models.UnknownCamera`.
    """
    if not identified or standing != Standing.UNKNOWN or rule == "mark":
        return identified
    return rule == "strict" and score >= _of(card, "strict_score", STRICT_SCORE)


def falls(card: Mapping[str, Any]) -> Q:
    """The condition on predictions of a model with this `card` that their names do not stand on an unknown camera.

    It says of rows what `is_named` says of one cell.
    """
    rule = "cell__image__case__laboratory__unknown_camera"
    stands = Q(**{rule: "mark"}) | Q(**{rule: "strict"}, score__gte=_of(card, "strict_score", STRICT_SCORE))
    return ~(Q(identified=True) & stands)


def _of(card: Mapping[str, Any], name: str, default: float) -> float:
    found = (card.get("novelty") or {}).get(name)
    return default if found is None else float(found)
