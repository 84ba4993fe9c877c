"""Quantiles that are reckoned without sorting are those of numpy: a stored measurement must not depend on the way."""

import numpy as np
import pytest

from classifier.inference.quantiles import percentile, quantile_of_levels


@pytest.mark.parametrize("percent", [90, 95, 99.0, 99.8])
@pytest.mark.parametrize("size", [1, 2, 7, 100, 4097, 250_001])
def test_a_percentile_is_that_of_numpy(percent, size):
    rng = np.random.default_rng(size)
    for values in (rng.normal(size=size), rng.integers(0, 9, size), np.zeros(size)):
        field = values.astype(np.float32)
        assert percentile(field, percent) == float(np.percentile(field, percent))


def test_a_percentile_of_a_field_is_that_of_its_pixels():
    field = np.random.default_rng(1).normal(size=(30, 40)).astype(np.float32)

    assert percentile(field[:, ::2], 95) == float(np.percentile(field[:, ::2], 95))


@pytest.mark.parametrize("share", [0.0, 0.5, 0.67, 1.0])
@pytest.mark.parametrize("size", [1, 2, 99, 5000])
def test_a_quantile_of_counted_levels_is_that_of_the_values(share, size):
    values = np.random.default_rng(size).integers(0, 256, size)

    found = quantile_of_levels(np.bincount(values, minlength=256), share)

    assert found == pytest.approx(np.quantile(values, share), rel=1e-12)
