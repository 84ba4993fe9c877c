"""A batch has the asked share of cells of no class."""

import numpy as np
import pytest

from classifier.inference.crops import balance
from classifier.inference.synthetic import draw_cell_image
from tests.training.conftest import KERAS
from training.augment import Strength

pytestmark = KERAS


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_asked_share_of_a_batch_is_taught_as_no_class(share):
    from training.sampling import Batches

    drawn = [draw_cell_image(label, 8, 192, um_per_px=0.15) for label in ("neutrophil", "lymphocyte")]
    patches = np.stack([balance(image) for image in drawn])
    batches = Batches(
        patches,
        np.array([0, 1]),
        weights=np.array([0.5, 0.5]),
        batch=200,
        steps=1,
        classes=2,
        seed=1,
        strength=Strength().scaled(0.0),
        size=32,
        zoom_out=2.0,
        um_per_px=0.3,
        outsiders=share,
        small=[False, True],
    )
    views, targets = batches[0]
    uniform = (targets == 0.5).all(axis=1)
    assert uniform.mean() == pytest.approx(share, abs=0.1)
    assert (targets[~uniform].max(axis=1) == 1).all()
    assert (batches[0][0] == views).all()
