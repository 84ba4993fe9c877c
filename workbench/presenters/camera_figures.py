"""What the images of a microscope look like to a model, beside what its card tells of those it was trained on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.permissions import may_see_predictions
from cases.cell_classes import CELL_CLASSES
from cases.models import Cell, SmearImage
from classifier.models import Analysis, AnalysisState
from classifier.selectors import microscope_camera, predictions_of_camera
from classifier.standing import camera_limit
from workbench.camera_plots import novelty_histogram, shares, strip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from accounts.models import User
    from cases.cell_classes import CellClass
    from classifier.models import CameraStanding, ModelVersion
    from microscopes.models import Microscope
    from workbench.camera_plots import Histogram, Strip

MOST_CELLS = 500
"""The newest cells are shown: a camera that was changed shows in them."""
MOST_FIELDS = 100
_VERDICTS = ("good", "acceptable", "poor")


@dataclass(frozen=True, slots=True)
class MixRow:
    """The share of one class here and among the crops of the card, 0 to 1; `trained` is None where the card counts none."""

    cell_class: CellClass
    count: int
    here: float
    trained: float | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement of the newest fields, and how many of them were judged good, acceptable or poor."""

    name: str
    unit: str
    decimals: int
    strip: Strip
    verdicts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CameraFigures:
    """Everything that is drawn of a microscope. `version` is whose cells are shown, None where none may be seen."""

    version: ModelVersion | None
    limit: float | None
    novelty: Histogram | None
    mix: tuple[MixRow, ...]
    trained_on: int
    readings: tuple[Reading, ...]

    @property
    def has_any(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.novelty or self.readings)


def camera_figures(microscope: Microscope, standings: Sequence[CameraStanding], user: User) -> CameraFigures:
    """Return the figures of a microscope as `user` may see them, in three queries.

    Novelty and classes are of the cells whose predictions `user` may see, by the model that analysed its newest field;
    people who see no prediction before the signature see none of them here.
    """
    analyses = _newest_analyses(microscope, user)
    version = _newest_version(analyses, standings) if may_see_predictions(user, signed=False) else None
    said = _said(microscope, version, user) if version is not None else []
    novelties = [novelty for novelty, _label in said if novelty is not None]
    trained = _crops(version.card) if version is not None else Counter()
    return CameraFigures(
        version=version,
        limit=camera_limit(version.card) if version is not None else None,
        novelty=novelty_histogram(novelties, camera_limit(version.card)) if version is not None else None,
        mix=_mix(Counter(label for _novelty, label in said), trained),
        trained_on=sum(trained.values()),
        readings=tuple(_readings(analyses)),
    )


def _newest_analyses(microscope: Microscope, user: User) -> list[Analysis]:
    """The current analysis of each of the newest fields of a microscope."""
    images = SmearImage.objects.filter(microscope=microscope).visible_to(user)
    newest = images.order_by("-uploaded_at", "-pk").values("pk")[:MOST_FIELDS]
    done = Analysis.objects.filter(image__in=list(newest.values_list("pk", flat=True)), state=AnalysisState.DONE)
    current: dict[UUID, Analysis] = {}
    for analysis in done.select_related("model_version").order_by("finished_at", "queued_at"):
        current[analysis.image_id] = analysis
    return list(current.values())


def _newest_version(analyses: Sequence[Analysis], standings: Sequence[CameraStanding]) -> ModelVersion | None:
    newest = max(analyses, key=lambda analysis: analysis.finished_at or analysis.queued_at, default=None)
    if newest is not None:
        return newest.model_version
    return standings[0].model_version if standings else None


def _said(microscope: Microscope, version: ModelVersion, user: User) -> list[tuple[float | None, str]]:
    seen = Cell.objects.with_model_output_for(user).filter(image__microscope=microscope)
    said = predictions_of_camera(version=version, camera=microscope_camera(microscope.pk)).filter(cell__in=seen)
    return list(said.order_by("-created_at").values_list("novelty", "label")[:MOST_CELLS])


def _crops(card: dict[str, Any]) -> Counter[str]:
    """The crops of each class that a model was trained on, as its card counts them, all sources together."""
    found: Counter[str] = Counter()
    for counts in ((card.get("data") or {}).get("crops") or {}).get("train", {}).values():
        found.update(counts)
    return found


def _mix(counts: Counter[str], trained: Counter[str]) -> tuple[MixRow, ...]:
    here, there = shares(counts), shares(trained)
    if not here:
        return ()
    return tuple(
        MixRow(item, counts[item.code], here.get(item.code, 0.0), there.get(item.code, 0.0) if there else None)
        for item in CELL_CLASSES
    )


def _readings(analyses: Sequence[Analysis]) -> Iterable[Reading]:
    for key, name, unit, low, high, decimals in (
        ("exposure", _("Empty glass"), _("of 255"), 0.0, 255.0, 0),
        ("focus", _("Width of the sharpest edges"), "µm", 0.0, 1.0, 2),
        ("stain", _("Stain of chromatin"), _("optical density"), 0.0, 3.5, 2),
    ):
        measured = [found for analysis in analyses if (found := analysis.quality.get("readings", {}).get(key))]
        drawn = strip([float(found["value"]) for found in measured], low, high, decimals=decimals)
        if drawn is not None:
            judged = Counter(str(found.get("verdict", "")) for found in measured)
            verdicts = tuple((verdict, judged[verdict]) for verdict in _VERDICTS if judged[verdict])
            yield Reading(name, unit, decimals, drawn, verdicts)
    scales = [analysis.um_per_px for analysis in analyses if analysis.um_per_px and analysis.scale_source != "unknown"]
    drawn = strip(scales, 0.0, 0.2, decimals=3)
    if drawn is not None:
        yield Reading(_("Scale"), "µm/px", 4, drawn, ())
