"""A share has the same exact interval wherever it is printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.differential import clopper_pearson
from classifier.inference.metrics import clopper_pearson_interval


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_model_card_and_a_report_give_the_same_interval(proportion):
    assert clopper_pearson(*proportion) == pytest.approx(clopper_pearson_interval(*proportion))
