"""On real boxed fields, where the data folder is at hand: HEMATOVISION_DATA=... names it."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier.inference.pipeline import find_cells
from training.datasets.bccd import read_boxes

_FIELDS = Path(os.environ.get("HEMATOVISION_DATA", "nowhere")) / "bccd"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (_FIELDS / "annotations").is_dir(), reason="HEMATOVISION_DATA names no folder with bccd in it"
    ),
]


@pytest.fixture(scope="module")
def seen():
    found = []
    for path in sorted((_FIELDS / "annotations").glob("*.xml"))[::8]:
        rgb = np.asarray(Image.open(_FIELDS / "originals" / f"{path.stem}.jpg").convert("RGB"))
        found.append(([body.box for body in read_boxes(path) if body.kind == "WBC"], find_cells(rgb)))
    return found


def test_nearly_every_white_cell_is_found(seen):
    cells = [(box, field) for boxes, field in seen for box in boxes]
    hits = sum(any(box.contains(c.centre) for c in field.candidates) for box, field in cells)
    assert hits / len(cells) >= 0.97


def test_nearly_nothing_else_is_found(seen):
    candidates = [(c, boxes) for boxes, field in seen for c in field.candidates]
    assert sum(any(box.contains(c.centre) for box in boxes) for c, boxes in candidates) / len(candidates) >= 0.9


def test_real_fields_are_of_good_quality(seen):
    assert sum(field.quality.verdict == "good" for _, field in seen) / len(seen) >= 0.9
    assert all(field.quality.readings["smear"].verdict == "good" for _, field in seen)


def test_the_scale_is_read_off_the_red_cells(seen):
    measured = [field.um_per_px for _, field in seen if field.scale_source == "red cells"]
    assert len(measured) / len(seen) > 0.6
    assert 0.07 < float(np.median(measured)) < 0.1
