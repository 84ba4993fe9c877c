"""A microscope on which two classes look like others of the model's home, with images of five patients."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from cases.models import SmearImage
from classifier.inference.synthetic import draw_cell_image
from classifier.services import promote_model, register_model
from microscopes.models import Microscope
from tests.factories.analysed_cases import AnalysedImage, PredictedCell, analysed_case, cells_of
from tests.factories.smears import evaluated_bundle

#: What a pathologist calls the cells, and what is drawn.
LOOKS = {"neutrophil": "neutrophil", "basophil": "eosinophil", "monocyte": "lymphocyte"}
SIDE = 160


@pytest.fixture
def parent(db, tmp_path):
    """The model of the installation, its files on disk."""
    version, _ = register_model(actor=None, directory=evaluated_bundle(tmp_path / "parent"))
    return promote_model(actor=None, version=version, reason="The tests need one.")


@pytest.fixture
def microscope(riverside):
    return Microscope.objects.create(organisation=riverside, name="By the window", camera="Acme 5")


def picture(patient: int, each: int) -> tuple[bytes, list[PredictedCell]]:
    """A field of `each` cells of each class in a row, and the cells with their boxes."""
    looks = [look for look in LOOKS.values() for _ in range(each)]
    drawn = [draw_cell_image(look, 1000 * patient + number, SIDE) for number, look in enumerate(looks)]
    stream = io.BytesIO()
    Image.fromarray(np.concatenate(drawn, axis=1)).save(stream, "PNG", compress_level=1)
    boxes = [(SIDE * number + 50, 50, 60, 60) for number in range(len(looks))]
    return stream.getvalue(), [PredictedCell("neutrophil", box=box) for box in boxes]


@pytest.fixture
def fields(parent, microscope, riverside):
    """`fields(patients=5, each=2)`: a case of each patient, analysed by the model in use, whose image is of the microscope."""

    def make(*, patients=5, each=2, **case):
        made = []
        for patient in range(patients):
            content, cells = picture(patient, each)
            size = (SIDE * len(cells), SIDE)
            plan = AnalysedImage(cells, picture=content, size=size)
            made.append(analysed_case(riverside, images=[plan], version=parent, **case))
        SmearImage.objects.filter(case__in=made).update(microscope=microscope, microscope_source="chosen")
        return made

    return make


@pytest.fixture
def truth():
    """`truth(case)`: its cells, each with what a pathologist calls it."""

    def read(case):
        cells = cells_of(case)
        each = len(cells) // len(LOOKS)
        return list(zip(cells, (label for label in LOOKS for _ in range(each)), strict=True))

    return read
