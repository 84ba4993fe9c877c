"""A case as the machine leaves it: drawn fields, every cell with its box, label, score and prediction."""

from __future__ import annotations

import io
import random
from functools import lru_cache

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from cases.cell_classes import CLASS_CODES, UNIDENTIFIED
from cases.models import Cell
from classifier.inference.synthetic import draw_field
from classifier.models import Analysis, AnalysisState, ModelVersion, Prediction
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.specimens import model_version

UM_PER_PX = 0.12
SIZE = (1200, 900)
SHARES = {"neutrophil": 12, "lymphocyte": 7, "monocyte": 2, "eosinophil": 2, "basophil": 1, "immature_granulocyte": 1}
PER_FIELD = sum(SHARES.values())
SURE_FROM = 0.62


@lru_cache(maxsize=16)
def _field(seed: int, width: int, height: int) -> tuple[bytes, tuple[tuple[str, tuple[int, int, int, int]], ...]]:
    rgb, truth = draw_field(
        seed=seed, width=width, height=height, cells=SHARES, um_per_px=UM_PER_PX, crowding=0.5, with_platelets=False
    )
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=85)
    cells = tuple((cell.label, (cell.box.x, cell.box.y, cell.box.w, cell.box.h)) for cell in truth)
    return file.getvalue(), cells


def read_case(clinic, *, fields=1, most=None, version: ModelVersion | None = None, seed=1, **case_values):
    """A case ready for review: `fields` drawn fields of about 25 cells each, at most `most` cells in all.

    Scores fall from sure to doubtful; those under `SURE_FROM` are unidentified. Labels are what was drawn, except
    that every ninth is wrong, so that there is something to find.
    """
    chance = random.Random(seed)
    version = version or ModelVersion.objects.active() or model_version()
    case = CaseFactory(clinic=clinic, ready=True, **case_values)
    cells, predictions, number = [], [], 0
    for ordinal in range(1, fields + 1):
        # Few pictures, many fields: drawing one takes a second.
        picture, truth = _field(seed + (ordinal - 1) % 8, *SIZE)
        image = SmearImageFactory(
            case=case,
            analysed=True,
            ordinal=ordinal,
            content=picture + ordinal.to_bytes(2, "big"),
            display=ContentFile(picture, "display.jpg"),
            thumbnail=ContentFile(picture, "thumbnail.jpg"),
            width=SIZE[0],
            height=SIZE[1],
        )
        analysis = Analysis.objects.create(
            image=image,
            model_version=version,
            state=AnalysisState.DONE,
            queued_at=timezone.now(),
            started_at=timezone.now(),
            finished_at=timezone.now(),
            um_per_px=UM_PER_PX,
            quality={"verdict": "good", "readings": {}},
        )
        for position, (drawn, (x, y, width, height)) in enumerate(truth, start=1):
            if most is not None and number >= most:
                break
            number += 1
            label = chance.choice(CLASS_CODES) if number % 9 == 0 else drawn
            score = round(min(0.999, 0.35 + 0.9 * chance.random() ** 0.5), 4)
            named = score >= SURE_FROM
            cell = Cell(
                image=image,
                ordinal=position,
                locator="drawn",
                x=x,
                y=y,
                width=width,
                height=height,
                area_px=width * height,
                label=label if named else UNIDENTIFIED,
                score=score,
            )
            cells.append(cell)
            others = [code for code in CLASS_CODES if code != label]
            predictions.append(
                Prediction(
                    analysis=analysis,
                    cell=cell,
                    model_version=version,
                    label=label,
                    score=score,
                    probabilities={label: score, **{code: (1 - score) / len(others) for code in others}},
                    identified=named,
                    novelty=round(chance.random() * 3, 3),
                )
            )
    Cell.objects.bulk_create(cells)
    Prediction.objects.bulk_create(predictions)
    return case
