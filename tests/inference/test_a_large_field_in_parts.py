"""Large fields are measured strip by strip and window by window; what is found is the same as in the whole."""

import numpy as np
import pytest

from classifier.inference import colour
from classifier.inference.crops import CropSpec, balance, crop_cells
from classifier.inference.synthetic import draw_field

SPEC = CropSpec(size_px=96, um_per_px=0.2)
PLAIN = CropSpec(size_px=96, um_per_px=0.2, white_balance=False)


@pytest.fixture
def field():
    """A field with a black corner, as a rotated image has."""
    rgb, _ = draw_field(seed=4, width=500, height=400, cells={"neutrophil": 2, "monocyte": 1})
    rows, columns = np.indices(rgb.shape[:2])
    rgb[rows + columns < 150] = 3
    return rgb


def test_the_height_of_a_strip_changes_nothing(field, monkeypatch):
    whole = (
        colour.background_colour(field),
        colour.fill_mask(field),
        *colour.chromatin_and_tissue(field, denser_than=0.08),
    )
    monkeypatch.setattr(colour, "_STRIP_PIXELS", 3 * field.shape[1])

    in_strips = (
        colour.background_colour(field),
        colour.fill_mask(field),
        *colour.chromatin_and_tissue(field, denser_than=0.08),
    )

    for one, other in zip(whole, in_strips, strict=True):
        assert np.array_equal(one, other)


def test_chromatin_and_tissue_are_those_of_the_optical_density(field):
    density = colour.optical_density(field)

    strength, tissue = colour.chromatin_and_tissue(field, denser_than=0.08)

    assert np.array_equal(strength, colour.chromatin(density))
    assert np.array_equal(tissue, density[..., 1] > 0.08)


def test_a_balanced_crop_is_a_crop_of_the_balanced_field(field):
    # In the middle, over the edge of the black corner, and beyond the frame.
    centres = [(250.0, 200.0), (75.0, 75.0), (0.0, 399.0), (499.0, 140.5)]

    cut = crop_cells(field, centres, um_per_px=0.1, spec=SPEC)

    of_balanced = crop_cells(balance(field), centres, um_per_px=0.1, spec=PLAIN)
    inside = [0, 1]
    assert np.array_equal(cut[inside], of_balanced[inside])
    assert (cut[2, -1, 0] == 240).all()


def test_the_colour_of_glass_is_the_median_of_the_brightest_third_in_green(field):
    seen = field[~colour.fill_mask(field)]
    brightest = seen[seen[:, 1] >= np.quantile(seen[:, 1], 0.67)]

    assert colour.background_colour(field).tolist() == np.median(brightest, axis=0).tolist()
