"""Drawn fields of blood cells for `analysed_case`: each cell lies where the picture shows it."""

from __future__ import annotations

import io
import random
from functools import lru_cache

from PIL import Image

from cases.cell_classes import CLASS_CODES
from classifier.inference.synthetic import draw_field
from tests.factories.analysed_cases import AnalysedImage, PredictedCell

UM_PER_PX = 0.12
SIZE = (1200, 900)
SHARES = {"neutrophil": 12, "lymphocyte": 7, "monocyte": 2, "eosinophil": 2, "basophil": 1, "immature_granulocyte": 1}
IDENTIFIED_FROM = 0.62


def drawn_images(number: int = 1, *, seed: int = 1) -> list[AnalysedImage]:
    """So many images of about 25 cells each.

    Scores vary at random; cells under `IDENTIFIED_FROM` are unidentified. Labels are what was drawn, except
    that every ninth is random, so that there is something to correct.
    """
    chance = random.Random(seed)
    images, count = [], 0
    for ordinal in range(number):
        # Few pictures, many images: drawing one takes a second.
        picture, truth = _field(seed + ordinal % 8, *SIZE)
        cells = []
        for drawn, box in truth:
            count += 1
            label = chance.choice(CLASS_CODES) if count % 9 == 0 else drawn
            score = round(min(0.999, 0.35 + 0.9 * chance.random() ** 0.5), 4)
            novelty = round(chance.random() * 3, 3)
            cells.append(PredictedCell(label, score, identified=score >= IDENTIFIED_FROM, box=box, novelty=novelty))
        images.append(AnalysedImage(cells, picture, SIZE, UM_PER_PX))
    return images


@lru_cache(maxsize=16)
def _field(seed: int, width: int, height: int) -> tuple[bytes, tuple[tuple[str, tuple[int, int, int, int]], ...]]:
    rgb, truth = draw_field(
        seed=seed, width=width, height=height, cells=SHARES, um_per_px=UM_PER_PX, crowding=0.5, with_platelets=False
    )
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=85)
    cells = tuple((cell.label, (cell.box.x, cell.box.y, cell.box.w, cell.box.h)) for cell in truth)
    return file.getvalue(), cells
