"""A case the machine has read: cells with predictions, ready for a pathologist."""

from __future__ import annotations

from django.utils import timezone

from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import Case, Cell, SmearImage
from classifier.models import Analysis, AnalysisState, ModelState, ModelVersion, Prediction
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory


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


def read_image(image: SmearImage, version: ModelVersion) -> Analysis:
    """A finished analysis of an image, without cells."""
    now = timezone.now()
    return Analysis.objects.create(
        image=image,
        model_version=version,
        state=AnalysisState.DONE,
        queued_at=now,
        started_at=now,
        finished_at=now,
        um_per_px=0.1,
        quality={"verdict": "good", "readings": {}},
    )


def prediction(cell: Cell, analysis: Analysis, best: str, *, identified: bool = True, score: float = 0.9) -> Prediction:
    """What the analysis' model said of a cell, not saved."""
    rest = (1 - score) / (len(CLASS_CODES) - 1)
    return Prediction(
        analysis=analysis,
        cell=cell,
        model_version=analysis.model_version,
        label=best,
        score=score,
        probabilities={code: score if code == best else rest for code in CLASS_CODES},
        identified=identified,
        novelty=0.3,
    )


def predict(cell: Cell, analysis: Analysis, best: str, **more) -> Prediction:
    """What the analysis' model said of a cell."""
    made = prediction(cell, analysis, best, **more)
    made.save()
    return made


def read_case(clinic, labels=("neutrophil", "lymphocyte", UNIDENTIFIED), *, state="ready", **fields) -> Case:
    """A case with one image of 640 x 480 px and a cell for each label, as many as one likes.

    The machine's best guess of an unidentified one is a monocyte.
    """
    case = CaseFactory(clinic=clinic, **{state: True}, **fields)
    image = SmearImageFactory(case=case, analysed=True, width=640, height=480)
    analysis = read_image(image, model())
    cells = Cell.objects.bulk_create(
        CellFactory.build(
            image=image,
            ordinal=number + 1,
            label=label,
            score=0.4 if label == UNIDENTIFIED else 0.9,
            x=24 * (number % 25),
            y=30 * (number // 25) % 440,
        )
        for number, label in enumerate(labels)
    )
    Prediction.objects.bulk_create(
        prediction(
            cell,
            analysis,
            "monocyte" if cell.label == UNIDENTIFIED else cell.label,
            identified=cell.label != UNIDENTIFIED,
            score=cell.score,
        )
        for cell in cells
    )
    return case
