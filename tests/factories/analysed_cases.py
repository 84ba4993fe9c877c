"""A case the model has analysed: images, cells and predictions, before or after a pathologist has reviewed them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import Case, Cell, LabelSource, SmearImage
from classifier.models import Analysis, AnalysisState, ModelState, ModelVersion, Prediction
from review.services.leases import claim
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory
from tests.factories.image_files import image_bytes

SIZE = (640, 480)
LABELS = ("neutrophil", "lymphocyte", UNIDENTIFIED)
COUNTS = {"neutrophil": 70, "lymphocyte": 25, "monocyte": 4, "eosinophil": 1, "erythroblast": 2, "platelet": 3}
"""100 leukocytes and five other cells."""


@dataclass(frozen=True)
class PredictedCell:
    """A cell with its prediction. Its `label` is the predicted class, or unidentified, unless another is given."""

    predicted: str
    score: float = 0.9
    identified: bool = True
    label: str | None = None
    excluded: bool = False
    box: tuple[int, int, int, int] | None = None
    novelty: float = 0.3

    @classmethod
    def of(cls, label: str) -> PredictedCell:
        """A cell the model gave `label`; of an unidentified one the most probable class is a monocyte."""
        return cls("monocyte", score=0.4, identified=False) if label == UNIDENTIFIED else cls(label)

    @property
    def final(self) -> str:
        """The label the cell carries."""
        return self.label or (self.predicted if self.identified else UNIDENTIFIED)


@dataclass(frozen=True)
class AnalysedImage:
    """An image with its cells, each a `PredictedCell` or a label; without a `picture` (JPEG) it shows noise."""

    cells: Sequence[PredictedCell | str]
    picture: bytes | None = None
    size: tuple[int, int] = SIZE
    um_per_px: float = 0.1


def model(version: str = "1", *, active: bool = True) -> ModelVersion:
    """A registered model without files."""
    found = ModelVersion.objects.filter(name="tiny", version=version).first()
    if found is not None:
        return found
    return ModelVersion.objects.create(
        name="tiny",
        version=version,
        directory="nowhere",
        card={"metrics": {}},
        card_sha256=version.zfill(64),
        state=ModelState.ACTIVE if active else ModelState.REGISTERED,
        promoted_at=timezone.now() if active else None,
        evaluation={"accuracy": 0.9} if active else {},
        reason="the tests need one" if active else "",
    )


def promote(version: ModelVersion) -> ModelVersion:
    """Make `version` the active model, whatever its files."""
    ModelVersion.objects.filter(state=ModelState.ACTIVE).update(state=ModelState.RETIRED)
    version.state, version.promoted_at = ModelState.ACTIVE, timezone.now()
    version.evaluation, version.reason = {"accuracy": 0.9}, "the tests need it"
    version.save()
    return version


def finished_analysis(image: SmearImage, version: ModelVersion, *, um_per_px: float = 0.1) -> Analysis:
    """A finished analysis of an image, without predictions."""
    now = timezone.now()
    return Analysis.objects.create(
        image=image,
        model_version=version,
        state=AnalysisState.DONE,
        queued_at=now,
        started_at=now,
        finished_at=now,
        um_per_px=um_per_px,
        quality={"verdict": "good", "readings": {}},
    )


def predict(cell: Cell, analysis: Analysis, label: str, **more) -> Prediction:
    """What the analysis' model said of a cell."""
    made = _prediction(cell, analysis, PredictedCell(label, **more))
    made.save()
    return made


def analysed_case(
    clinic,
    cells: Sequence[PredictedCell | str] = LABELS,
    *,
    images: Sequence[AnalysedImage] | None = None,
    version: ModelVersion | None = None,
    state: str = "ready",
    decided_by: User | None = None,
    decided_at: dt.datetime | None = None,
    **fields,
) -> Case:
    """A case in `state` whose images the active model, or `version`, has analysed.

    It has one image with `cells`, or all of `images`. With `decided_by` a person has decided on every cell.
    """
    case = CaseFactory(clinic=clinic, **{state: True}, **fields)
    version = version or ModelVersion.objects.active() or model()
    decision = {"label_source": LabelSource.HUMAN, "decided_by": decided_by, "decided_at": decided_at or timezone.now()}
    rows, predictions = [], []
    for ordinal, plan in enumerate([AnalysedImage(cells)] if images is None else images, start=1):
        image = _image(case, ordinal, plan)
        analysis = finished_analysis(image, version, um_per_px=plan.um_per_px)
        for number, planned in enumerate(plan.cells):
            predicted = PredictedCell.of(planned) if isinstance(planned, str) else planned
            x, y, width, height = predicted.box or (24 * (number % 25), 30 * (number // 25) % 440, 20, 22)
            cell = CellFactory.build(
                image=image,
                ordinal=number + 1,
                x=x,
                y=y,
                width=width,
                height=height,
                area_px=width * height,
                label=predicted.final,
                score=predicted.score,
                excluded=predicted.excluded,
                exclusion_reason="smudge" if predicted.excluded else "",
                **(decision if decided_by else {}),
            )
            rows.append(cell)
            predictions.append(_prediction(cell, analysis, predicted))
    Cell.objects.bulk_create(rows)
    Prediction.objects.bulk_create(predictions)
    return case


def reviewed_case(clinic, reviewer: User, *, counts: Mapping[str, int] = COUNTS, **fields) -> Case:
    """A case held by `reviewer`, who has decided on every cell: so many of each label."""
    labels = [label for label, number in counts.items() for _ in range(number)]
    case = analysed_case(clinic, labels, decided_by=reviewer, **fields)
    claim(actor=reviewer, case=case)
    return case


def cells_of(case: Case) -> list[Cell]:
    """The cells of a case, in order."""
    return list(Cell.objects.filter(image__case=case).order_by("image__ordinal", "ordinal"))


def _image(case: Case, ordinal: int, plan: AnalysedImage) -> SmearImage:
    width, height = plan.size
    files = {"display": ContentFile(_noise(width, height), "display.jpg")}
    if plan.picture is not None:
        # The same picture may be drawn for many images: the originals differ all the same.
        files = {name: ContentFile(plan.picture, f"{name}.jpg") for name in ("display", "thumbnail")}
        files["content"] = plan.picture + ordinal.to_bytes(2, "big")
    return SmearImageFactory(case=case, analysed=True, shown=True, ordinal=ordinal, width=width, height=height, **files)


@lru_cache(maxsize=4)
def _noise(width: int, height: int) -> bytes:
    return image_bytes("JPEG", width=width, height=height)


def _prediction(cell: Cell, analysis: Analysis, predicted: PredictedCell) -> Prediction:
    rest = (1 - predicted.score) / (len(CLASS_CODES) - 1)
    return Prediction(
        analysis=analysis,
        cell=cell,
        model_version=analysis.model_version,
        label=predicted.predicted,
        score=predicted.score,
        probabilities={code: predicted.score if code == predicted.predicted else rest for code in CLASS_CODES},
        identified=predicted.identified,
        novelty=predicted.novelty,
    )
