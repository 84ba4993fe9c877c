"""Averaged over eight views, a crop gets the same answer whichever way it lies."""

import numpy as np
import pytest

from classifier.inference.engines import load_engine
from classifier.inference.errors import BadInput
from classifier.inference.pipeline import Pipeline, dihedral_views


def _crops():
    return np.random.default_rng(0).integers(0, 256, (3, 48, 48, 3), np.uint8)


def test_eight_views_are_all_different():
    views = {view.tobytes() for view in dihedral_views(_crops(), 8)}
    assert len(views) == 8


def test_the_first_view_is_the_crop_itself():
    np.testing.assert_array_equal(dihedral_views(_crops(), 1)[0], _crops())


def test_eight_views_make_the_answer_independent_of_the_turn(bundle):
    pipeline = Pipeline(bundle, load_engine(bundle), views=8)
    turned = np.ascontiguousarray(np.rot90(_crops(), axes=(1, 2)))
    np.testing.assert_allclose(
        pipeline.classify(_crops()).probabilities, pipeline.classify(turned).probabilities, rtol=1e-3, atol=1e-5
    )


def test_other_numbers_of_views_are_refused(bundle):
    with pytest.raises(BadInput, match="not 3"):
        Pipeline(bundle, load_engine(bundle), views=3)
